import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definitions } from '../../src/resources/resources.ts';
import type { Testenv } from '../../testenv/src/testenv.ts';

const ARTIFACTS = join(import.meta.dirname, '../../artifacts/failed');

/** The part of a suite that a report is made of. */
export type Reported = {
  readonly testenv: Testenv;
  readonly namespace: string;
  readonly operatorLog: () => string;
};

/** Everything that can be listed in a suite's namespace and tells what happened there; never a Secret's values. */
const KINDS = ['all', ...definitions.map(({ group, names }) => `${names.plural}.${group}`), 'configmaps', 'pvc'];

/**
 * Leaves what is needed to understand a failed test in `artifacts/failed/<test>/`: the namespace's objects, its events,
 * the operator's log, and the requests that the audit log has for the namespace.
 */
export async function reportFailure(suite: Reported, test: string): Promise<void> {
  const folder = join(ARTIFACTS, test.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 100));
  mkdirSync(folder, { recursive: true });
  const { testenv, namespace } = suite;
  const save = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const objects = await testenv.kubectl(['get', KINDS.join(','), '-n', namespace, '-o', 'yaml']);
  save('objects.yaml', objects.stdout + objects.stderr);
  const secrets = await testenv.kubectl(['get', 'secrets', '-n', namespace]);
  save('secrets.txt', secrets.stdout + secrets.stderr);
  const events = await testenv.kubectl(['get', 'events', '-n', namespace, '--sort-by=.eventTime']);
  save('events.txt', events.stdout + events.stderr);
  save('operator.log', suite.operatorLog());
  if (testenv.can('audit')) {
    const requests = testenv.audit.requests({ namespace }).map((request) => {
      const { time, user, verb, resource, subresource, name, code } = request;
      return [time.toISOString(), user, verb, [resource, subresource].filter(Boolean).join('/'), name, code].join(' ');
    });
    save('requests.txt', requests.join('\n'));
  }
}
