import { type AuditRequest, writeVerbs } from '../../testenv/src/audit.ts';
import { eventually } from '../../testenv/src/wait.ts';
import type { OperatorProcess } from './operator-process.ts';
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

/** How many runs of a kind an operator has begun and not finished, as its metrics say. */
export async function runsInProgress(operator: OperatorProcess, kind: string): Promise<number> {
  return await gauge(operator, `controller_runtime_active_workers{controller="${kind}"}`);
}

/** How many objects of a kind an operator has in its cache, as its metrics say. */
export async function cachedObjects(operator: OperatorProcess, kind: string): Promise<number> {
  return await gauge(operator, `hearth_cache_objects{kind="${kind}"}`);
}

async function gauge(operator: OperatorProcess, series: string): Promise<number> {
  const metrics = await (await fetch(`${operator.url}/metrics`)).text();
  const line = metrics.split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

/**
 * What the operator asks for in the suite's namespace while others are busy there. Begins at a moment when no run of
 * these kinds waits, and ends at such a moment when the others are done.
 */
export async function requestsWhileIdle(suite: Suite, kinds: readonly string[]): Promise<AuditRequest[]> {
  const runs = async () => (await Promise.all(kinds.map((kind) => runsOf(suite, kind)))).join(' ');
  const isQuiet = async () => {
    const before = await runs();
    await suite.kubectl('get', kinds.join(','), '-n', suite.namespace);
    return (await runs()) === before;
  };
  await eventually('no run is waiting', isQuiet);
  const mark = suite.testenv.audit.mark();
  const busy = (name: string, round: number) => [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { round: String(round) } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { round: String(round) } },
  ];
  for (let round = 0; round < 5; round += 1) {
    await suite.apply(...busy('of-somebody-else', round), ...busy(`of-round-${round}`, round));
  }
  await eventually('no run is waiting any more', isQuiet);
  const { audit } = suite.testenv;
  const requests = audit.requests({ user: OPERATOR_USER, namespace: suite.namespace, since: mark });
  return requests.filter(({ verb }) => verb !== 'watch');
}
