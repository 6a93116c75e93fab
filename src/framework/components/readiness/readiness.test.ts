import { describe, expect, test } from 'vitest';
import { object } from '../../../../tests/kstatus/sample.ts';
import { SAMPLES } from '../../../../tests/kstatus/samples.ts';
import { firstTrouble, readinessOf } from './readiness.ts';

describe('readiness', () => {
  test.each(SAMPLES.map((sample) => [sample.what, sample] as const))('of %s', (_what, { object, state, reason }) => {
    const verdict = readinessOf(object);
    expect({ state: verdict.state, reason: verdict.reason }).toEqual({ state, reason });
    if (state === 'ready') {
      expect(verdict.message).toBe('');
    } else {
      expect(verdict.message).toMatch(new RegExp(`^${object.kind} ns/x: .+[^.]$`));
    }
  });

  test('has a message that names the object and tells what is missing', () => {
    const status = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 1, availableReplicas: 1 };
    const deployment = object('apps/v1', 'Deployment', { spec: { replicas: 3 }, status });
    expect(readinessOf(deployment).message).toBe('Deployment ns/x: 1 of 3 pods are ready');
  });

  test('has a message without what changes on every try of the kubelet', () => {
    const state = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container' } };
    const pod = object('v1', 'Pod', { status: { phase: 'Running', containerStatuses: [{ name: 'main', state }] } });
    expect(readinessOf(pod).message).toBe('Pod ns/x: container main: CrashLoopBackOff');
  });

  test('of a kind that is said to report it waits for the report', () => {
    const thing = object('example.org/v1', 'Thing');
    expect(readinessOf(thing).state).toBe('ready');
    expect(readinessOf(thing, { reportsReady: true })).toMatchObject({ state: 'progressing', reason: 'NotObserved' });
  });
});

test('of several verdicts a failure counts first, then what is on its way, in their order', () => {
  const ready = { state: 'ready', reason: 'Ready', message: '' } as const;
  const slow = { state: 'progressing', reason: 'Slow', message: 'b' } as const;
  const slower = { state: 'progressing', reason: 'Slower', message: 'c' } as const;
  const broken = { state: 'failed', reason: 'Broken', message: 'd' } as const;
  expect(firstTrouble([])).toEqual(ready);
  expect(firstTrouble([ready, slow, slower])).toBe(slow);
  expect(firstTrouble([ready, slow, broken])).toBe(broken);
});
