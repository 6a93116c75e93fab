import { describe, expect, test } from 'vitest';
import { PARTS, type PartView } from '../convex-instance.status.ts';
import { convexSpec } from '../testing/convex-input.ts';
import type { Instance } from './instance.ts';
import { type Found, newsOf, tellingOf } from './telling.ts';

const metadata = { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '1', generation: 2 };

function instance(status: Instance['status'] = {}, fields: Parameters<typeof convexSpec>[0] = {}): Instance {
  return { name: 'a', namespace: 'ns', spec: convexSpec(fields), metadata, status };
}

const ready: PartView = { state: 'ready', reason: 'Ready', message: '' };
const parts = Object.fromEntries(PARTS.map((name) => [name, ready])) as Found['parts'];

/** The status that a telling leaves behind, as the next run finds it. */
function statusAfter({ conditions, fields }: ReturnType<typeof tellingOf>): Instance['status'] {
  const time = { lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 2 };
  const told = Object.entries(conditions).map(([type, { status, reason = '', message = '' }]) => {
    return { type, status, reason, message, ...time };
  });
  return { ...fields, observedGeneration: 2, conditions: told };
}

describe('an event', () => {
  test('tells that the instance became Ready, and where; and not again while it is', () => {
    const first = tellingOf(instance(), { parts, hash: 'h' });
    expect(first.events).toEqual([{ type: 'Normal', reason: 'Ready', note: 'Convex answers at http://a.example.com' }]);
    expect(tellingOf(instance(statusAfter(first)), { parts, hash: 'h' }).events).toEqual([]);
  });

  test('tells of a certificate that is missing, once', () => {
    const waiting = { ...parts, gateway: { ...ready, state: 'waiting' } as const };
    const found = { parts: waiting, hash: 'h', missingTlsSecret: 'tls' };
    const first = tellingOf(instance(), found);
    expect(first.events).toMatchObject([{ type: 'Warning', reason: 'ValidationFailed' }]);
    expect(first.events[0]?.note).toContain('tls');
    expect(tellingOf(instance(statusAfter(first)), found).events).toEqual([]);
  });

  test('warns of what a spec brings with it, once for each spec', () => {
    const reasons = (status: Instance['status']) => newsOf(instance(status)).map(({ reason }) => reason);
    expect(reasons({})).toEqual(['EphemeralStorage']);
    expect(reasons({ observedGeneration: 1 })).toEqual(['EphemeralStorage']);
    expect(reasons({ observedGeneration: 2 })).toEqual([]);
  });
});

test('what a run did not get to know stays as it was', () => {
  const upgrade = {
    step: 'Exporting',
    from: { image: 'i:1', version: '1' },
    to: { image: 'i:2', version: '2' },
    attempt: 1,
  };
  const before = { phase: 'Upgrading', upgradeHash: 'old', upgrade };
  const { fields } = tellingOf(instance(before), { parts, problems: ['Secret db does not exist'] });
  expect(fields).toMatchObject({ phase: 'Error', upgradeHash: 'old', upgrade });
  expect(tellingOf(instance(before), { parts, record: undefined }).fields['upgrade']).toBeUndefined();
});
