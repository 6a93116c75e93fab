import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testNeeding } from '../../testenv/src/skip.ts';
import { eventually } from '../../testenv/src/wait.ts';
import type { OperatorProcess } from '../harness/operator-process.ts';
import { LEASE_SECONDS, useReplicas } from '../harness/replicas.ts';
import { OPERATOR_USER } from '../harness/suite.ts';

const LEASE_MS = LEASE_SECONDS * 1000;

const replicas = useReplicas('lease');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-lease-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

async function isBlocked(operator: OperatorProcess): Promise<boolean> {
  const answer = fetch(`${operator.url}/healthz`, { signal: AbortSignal.timeout(500) });
  return await answer.then(() => false).catch(() => true);
}

/** Who wrote each version of an object, from now on. */
async function watchWriters(name: string): Promise<{ seen: () => string[]; stop: () => void }> {
  const { testenv, namespace } = replicas().suite;
  const args = ['get', 'unruly', name, '-n', namespace, '--watch', '-o', "jsonpath={.status.writer}{'\\n'}"];
  const env = { ...process.env, KUBECONFIG: testenv.kubeconfig };
  const child = spawn(testenv.handle.kubectl, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const writers: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => writers.push(line));
  await eventually('the watch has begun', () => writers.length > 0);
  return { seen: () => [...writers], stop: () => void child.kill() };
}

test('one replica works, a second one waits with warm caches and takes over at once when the first one stops', async () => {
  const first = await replicas().startLeader('first');
  await replicas().startStandby('second');
  const { transitions } = await replicas().lease();
  await replicas().misbehave('scribble');
  const writers = await watchWriters('scribble');
  await eventually('the first one writes', () => writers.seen().includes(String(first.pid)));
  expect(new Set(writers.seen().filter(Boolean))).toEqual(new Set([String(first.pid)]));
  writers.stop();
  expect(await first.stop()).toBe(0);
  const taken = await replicas().leads('second');
  expect(taken.transitions).toBe(transitions + 1);
});

testNeeding('audit')(
  'a replica that is killed is replaced when its lease has run out, not sooner, and by one that lists nothing',
  async () => {
    // Long, so that what a busy machine adds does not hide a takeover that comes too soon.
    const leaseMs = 2 * LEASE_MS;
    const env = { HEARTH_LEASE_SECONDS: String(leaseMs / 1000) };
    const first = await replicas().startLeader('killed', env);
    await replicas().startStandby('heir', env);
    const { testenv, namespace } = replicas().suite;
    const mark = testenv.audit.mark();
    await first.kill();
    const { renewed } = await replicas().lease();
    const { acquired } = await replicas().leads('heir');
    const pausedMs = acquired.getTime() - renewed.getTime();
    process.stdout.write(`lease: ${leaseMs} ms long, taken over after ${pausedMs} ms\n`);
    expect(pausedMs).toBeGreaterThanOrEqual(leaseMs);
    expect(pausedMs).toBeLessThan(2 * leaseMs);
    expect(testenv.audit.requests({ user: OPERATOR_USER, namespace, verbs: ['list'], since: mark })).toEqual([]);
  },
);

test('a replica whose lease was taken ends at once', async () => {
  const operator = await replicas().startLeader('robbed');
  await replicas().rob();
  expect(await operator.exited).toBe(1);
  expect((await replicas().lease()).holder).toBe('robber');
});

test('a replica that is busy with a long computation keeps its lease', async () => {
  const file = join(folder, 'computed');
  const busy = await replicas().startLeader('busy');
  await replicas().startStandby('waiting');
  const before = await replicas().lease();
  await replicas().misbehave('block', { until: file });
  await eventually('it is busy', () => isBlocked(busy));
  const { renewed } = await replicas().lease();
  await eventually('the lease is renewed for longer than it lasts', () => replicas().lease(), {
    until: (lease) => lease.renewed.getTime() - renewed.getTime() > 1.5 * LEASE_MS,
  });
  expect(await isBlocked(busy)).toBe(true);
  await writeFile(file, '');
  await replicas().suite.condition({ kind: 'unruly', name: 'block' }, 'Ready', 'True');
  const { holder, transitions } = await replicas().lease();
  expect({ holder, transitions }).toEqual({ holder: 'busy', transitions: before.transitions });
});

test('a replica that never comes back from a computation is killed, and replaced', async () => {
  const hanging = await replicas().startLeader('hanging', { HEARTH_LEASE_SECONDS: '2' });
  await replicas().startStandby('successor');
  await replicas().misbehave('block', { until: join(folder, 'never') });
  await eventually('it hangs', () => isBlocked(hanging));
  expect(await hanging.exited).toBeNull();
  await replicas().leads('successor');
});

test('a replica that was stopped while its lease ran out writes nothing when it goes on', async () => {
  const stopped = await replicas().startLeader('stopped');
  const next = await replicas().startStandby('next');
  await replicas().misbehave('scribble');
  const writers = await watchWriters('scribble');
  await eventually('it writes again and again', () => writers.seen().length > 10);
  process.kill(stopped.pid, 'SIGSTOP');
  await eventually('the next one writes', () => writers.seen().includes(String(next.pid)), { timeoutMs: 60_000 });
  process.kill(stopped.pid, 'SIGCONT');
  expect([1, null]).toContain(await stopped.exited);
  const seenAtEnd = writers.seen().length;
  await eventually('the next one goes on', () => writers.seen().length > seenAtEnd + 3);
  writers.stop();
  const afterwards = writers.seen().slice(writers.seen().indexOf(String(next.pid)));
  expect(new Set(afterwards)).toEqual(new Set([String(next.pid)]));
});
