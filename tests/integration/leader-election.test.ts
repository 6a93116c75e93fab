import { afterEach, expect, test } from 'vitest';
import { eventually } from '../../testenv/src/wait.ts';
import { type OperatorProcess, startOperator } from '../harness/operator-process.ts';
import { useSuite } from '../harness/suite.ts';

const suite = useSuite({ name: 'lease', withoutOperator: true });
const started: OperatorProcess[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((operator) => operator.kill()));
  await suite().kubectl('delete', 'lease', 'hearth', '-n', 'hearth-system', '--ignore-not-found');
});

async function startReplica(name: string): Promise<OperatorProcess> {
  const { kubeconfig, namespace } = suite();
  const env = { POD_NAMESPACE: 'hearth-system', HEARTH_LEASE_SECONDS: '3' };
  const operator = await startOperator({ name, kubeconfig, namespaces: [namespace], env });
  started.push(operator);
  return operator;
}

function leads(operator: OperatorProcess): boolean {
  return operator.log().includes('"message":"leading"');
}

async function isReady(operator: OperatorProcess): Promise<boolean> {
  return (await fetch(`${operator.url}/readyz`)).ok;
}

async function makeWork(name: string): Promise<void> {
  const spec = { fields: [{ name: 'a' }] };
  await suite().apply({ apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'GenerateSecret', metadata: { name }, spec });
  await suite().condition({ kind: 'generatesecret', name }, 'Ready', 'True');
}

test('one replica works, a second one waits with warm caches and takes over at once when the first one stops', async () => {
  const first = await startReplica('first');
  await eventually('the first one leads', () => leads(first));
  const second = await startReplica('second');
  await eventually('the second one is ready', () => isReady(second));
  await makeWork('by-first');
  expect(leads(second)).toBe(false);
  expect(second.log()).not.toContain('by-first');
  expect(await first.stop()).toBe(0);
  await eventually('the second one leads', () => leads(second));
  await makeWork('by-second');
  expect(second.log()).toContain('by-second');
});

test('a replica that is killed is replaced when its lease has run out', async () => {
  const first = await startReplica('killed');
  await eventually('the first one leads', () => leads(first));
  const second = await startReplica('heir');
  await eventually('the second one is ready', () => isReady(second));
  await first.kill();
  await eventually('the second one leads', () => leads(second));
  await makeWork('by-heir');
});

test('a replica whose lease was taken ends at once', async () => {
  const operator = await startReplica('robbed');
  await eventually('it leads', () => leads(operator));
  const robbery = JSON.stringify({ spec: { holderIdentity: 'robber' } });
  await suite().kubectl('patch', 'lease', 'hearth', '-n', 'hearth-system', '--type=merge', '-p', robbery);
  expect(await operator.exited).toBe(1);
  expect(operator.log()).toContain('"message":"the lease is lost"');
});
