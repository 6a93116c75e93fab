import type { Manifest } from '../../src/framework/framework.ts';

/** A metric as an expression uses it: its name, and every label that it is taken to have. */
export type UsedMetric = { readonly name: string; readonly labels: readonly string[]; readonly expr: string };

/** Labels that Prometheus adds when it scrapes, and the one of histograms. */
const ADDED = ['job', 'pod', 'le'];

const SUFFIX = /_(?:bucket|sum|count)$/;

/** The metrics in an expression. Every metric in ours has a selector, so that names are told from functions by it. */
export function metricsIn(expr: string): UsedMetric[] {
  const grouped = [...expr.matchAll(/\b(?:by|without) \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', '));
  return [...expr.matchAll(/([a-z_]+)\{([^}]*)\}/g)].map(([, name = '', selector = '']) => {
    const matched = selector.split(',').map((each) => each.split(/[!=]/)[0] ?? '');
    const labels = [...new Set([...matched, ...grouped])].filter((label) => !ADDED.includes(label));
    return { name: name.replace(SUFFIX, ''), labels, expr };
  });
}

/** Every expression of the alerts and the dashboard among some objects. */
export function expressionsIn(objects: readonly Manifest[]): string[] {
  const texts = objects.flatMap((object) => {
    const { data = {} } = object as { readonly data?: Readonly<Record<string, string>> };
    return [object as unknown, ...Object.values(data).map((text): unknown => JSON.parse(text))];
  });
  return texts.flatMap(expressionsAt);
}

function expressionsAt(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'expr' && typeof each === 'string' ? [each] : expressionsAt(each),
  );
}
