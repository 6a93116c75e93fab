import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { writeVerbs } from '../../testenv/src/audit.ts';
import type { Suite } from './suite.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What `hearth plan` came to. */
export type Planned = { readonly code: number; readonly text: string; readonly errors: string };

/** Runs `hearth plan` for a suite's namespace, and looks whether it has written anything to the cluster. */
export async function plan({ testenv, namespace }: Suite, ...args: readonly string[]): Promise<Planned> {
  const since = testenv.audit.mark();
  const env = { PATH: process.env['PATH'], KUBECONFIG: testenv.kubeconfig, HEARTH_NAMESPACES: namespace };
  const command = [join(ROOT, 'src/operator.ts'), 'plan', ...args];
  const result = await new Promise<Planned>((resolve) => {
    execFile(join(ROOT, 'node_modules/.bin/node'), command, { env }, (error, text, errors) => {
      resolve({ code: error ? Number(error.code) : 0, text, errors });
    });
  });
  const requests = testenv.audit.requests({ since, userAgent: 'hearth-plan', verbs: writeVerbs });
  expect(requests.filter(({ uri }) => !uri.includes('dryRun=All'))).toEqual([]);
  return result;
}

/** The plan for the objects of a file. */
export async function planOf(suite: Suite, ...manifests: readonly unknown[]): Promise<Planned> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-plan-'));
  try {
    const file = join(folder, 'manifest.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }));
    return await plan(suite, '-f', file, '-n', suite.namespace);
  } finally {
    await rm(folder, { recursive: true });
  }
}
