import { type AuditRequest, writeVerbs } from '../../testenv/src/audit.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { OPERATOR_USER, type SeenObject, type Suite } from './suite.ts';

/** Everything that the operator has said in public: its log, the events, and the status of objects of these kinds. */
export async function visibleText(suite: Suite, kinds: string): Promise<string> {
  const { stdout } = await suite.kubectl('get', `${kinds},events`, '-n', suite.namespace, '-o', 'json');
  const { items } = JSON.parse(stdout) as { items: SeenObject[] };
  const said = items.map(({ metadata: _metadata, spec: _spec, ...rest }) => rest);
  return suite.operator.log() + JSON.stringify(said);
}

/** Restarts the operator, waits until it has looked at every object of these kinds, and returns what it wrote. */
export async function writesOfRestart(suite: Suite, kinds: readonly string[]): Promise<AuditRequest[]> {
  await suite.stopOperator();
  const mark = suite.testenv.audit.mark();
  await suite.startOperator();
  for (const kind of kinds) {
    const { stdout } = await suite.kubectl('get', kind, '-n', suite.namespace, '-o', 'name');
    const objects = stdout.split('\n').filter(Boolean).length;
    await eventually(`all ${objects} ${kind} had a run`, () => runsOf(suite, kind), {
      until: (runs) => runs >= objects,
    });
  }
  return writesSince(suite, mark);
}

/** What the operator wrote in the suite's namespace since a mark. */
export function writesSince(suite: Suite, since: ReturnType<Suite['testenv']['audit']['mark']>): AuditRequest[] {
  return suite.testenv.audit.requests({ user: OPERATOR_USER, namespace: suite.namespace, verbs: writeVerbs, since });
}

/** How many runs of a kind the operator has finished, as its metrics say. */
export async function runsOf(suite: Suite, kind: string): Promise<number> {
  const metrics = await (await fetch(`${suite.operator.url}/metrics`)).text();
  const counters = metrics.matchAll(/^controller_runtime_reconcile_total\{(.*)\} (\d+)$/gm);
  const own = [...counters].filter(([, labels]) => labels?.includes(`controller="${kind}"`));
  return own.reduce((sum, [, , count]) => sum + Number(count), 0);
}
