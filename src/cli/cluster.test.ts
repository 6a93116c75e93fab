import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubeConfigOf, namespaceOf } from './cluster.ts';

const CONFIG = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'one',
  clusters: [{ name: 'c', cluster: { server: 'https://example.com' } }],
  users: [{ name: 'u', user: {} }],
  contexts: [
    { name: 'one', context: { cluster: 'c', user: 'u', namespace: 'home' } },
    { name: 'two', context: { cluster: 'c', user: 'u' } },
  ],
};

let folder: string;
let kubeconfig: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-kubeconfig-'));
  kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, JSON.stringify(CONFIG));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  [{}, 'home'],
  [{ namespace: 'given' }, 'given'],
  [{ context: 'two' }, 'default'],
])('the namespace of %o is %s', (flags, namespace) => {
  const all = { kubeconfig, ...flags };
  expect(namespaceOf(all, kubeConfigOf(all))).toBe(namespace);
});

test('a context or a file that is not there is named', () => {
  expect(() => kubeConfigOf({ kubeconfig, context: 'three' })).toThrow('has no context three, only one, two');
  expect(() => kubeConfigOf({ kubeconfig: join(folder, 'none') })).toThrow(/none cannot be read/);
});
