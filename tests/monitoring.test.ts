import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { objectsIn } from './harness/manifests.ts';
import { expressionsIn, metricsIn } from './harness/promql.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Metrics and their labels, as the table of docs/install.md has them, which another test holds to the code. */
const documented = new Map(
  [...read('docs/install.md').matchAll(/^\| `([a-z_]+)` \| ((?:`[a-z_]+`(?:, )?)+) \|/gm)].map(
    ([, name = '', labels = '']) => [name, labels.split(', ').map((label) => label.replaceAll('`', ''))],
  ),
);

const objects = ['alerts', 'dashboard'].flatMap((name) =>
  objectsIn(read(`manifests/components/monitoring/${name}.yaml`)),
);
const used = expressionsIn(objects).flatMap(metricsIn);
const ofNode = (name: string) => /^(?:process|nodejs)_/.test(name);

test('alerts and dashboard use only metrics that there are, with labels that they have', () => {
  expect(used.length).toBeGreaterThan(20);
  const wrong = used
    .filter(({ name }) => !ofNode(name))
    .filter(({ name, labels }) => !labels.every((label) => documented.get(name)?.includes(label)));
  expect(wrong).toEqual([]);
});

test('every expression is of the Service that is scraped, and has a metric', () => {
  for (const expr of expressionsIn(objects)) {
    expect(metricsIn(expr), expr).not.toEqual([]);
    expect(expr).toContain('job="hearth-metrics"');
  }
});

test.each([
  ['sum by (kind) (rate(a_total{job="x",code!="200"}[5m]))', [{ name: 'a_total', labels: ['code', 'kind'] }]],
  ['histogram_quantile(0.9, sum by (le, kind) (rate(b_bucket{job="x"}[5m])))', [{ name: 'b', labels: ['kind'] }]],
])('metrics are found in %s', (expr, expected) => {
  expect(metricsIn(expr)).toEqual(expected.map((each) => ({ ...each, expr })));
});
