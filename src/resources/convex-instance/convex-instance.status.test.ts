import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UpgradeRecord } from './convex-instance.schemas.ts';
import {
  CONDITIONS,
  describeConvex,
  type Findings,
  PARTS,
  type PartName,
  type PartView,
} from './convex-instance.status.ts';

const ready: PartView = { state: 'ready', reason: 'Ready', message: '' };
const waiting: PartView = { state: 'waiting', reason: 'PodsNotReady', message: '0 of 1 pod is ready' };
const failed: PartView = { state: 'failed', reason: 'Forbidden', message: 'not allowed' };
const missing: PartView = { state: 'waiting', reason: 'GatewayAPIMissing', message: 'no API' };

const allReady = Object.fromEntries(PARTS.map((name) => [name, ready])) as Record<PartName, PartView>;
const external = { apiUrl: 'https://a.example.com', dashboardUrl: 'https://a.example.com/dashboard' };

function findings(parts: Partial<Record<PartName, PartView>> = {}, rest: Partial<Findings> = {}): Findings {
  return {
    problems: [],
    missingTlsSecret: undefined,
    parts: { ...allReady, ...parts },
    strategy: 'inPlace',
    record: undefined,
    upgradeProblem: undefined,
    isSettled: true,
    hash: 'new',
    before: { upgradeHash: 'new', endpoints: undefined },
    urls: { internal: 'http://a-backend', external: external.apiUrl, dashboard: external.dashboardUrl },
    ...rest,
  };
}

const steps = [
  'Exporting',
  'ExportFailed',
  'RollingUpdate',
  'Importing',
  'ImportFailed',
  'Completed',
  'Abandoned',
] as const satisfies readonly UpgradeRecord['step'][];
const recordOf = (step: UpgradeRecord['step']): UpgradeRecord => ({
  step,
  from: { image: 'a', version: '1' },
  to: { image: 'b', version: '2' },
  attempt: 1,
});

describe('the status', () => {
  test('of what works is Ready, with the way from outside', () => {
    const { phase, conditions, endpoints, upgradeHash } = describeConvex(findings());
    expect({ phase, endpoints, upgradeHash }).toEqual({ phase: 'Ready', endpoints: external, upgradeHash: 'new' });
    expect(conditions.Ready).toEqual({ status: 'True', reason: 'BackendReady', message: 'Backend ready' });
  });

  test.each([
    [
      findings({ backend: waiting }, { before: { upgradeHash: undefined, endpoints: undefined } }),
      'Pending',
      'WaitingForBackend',
    ],
    [findings({ backend: waiting }), 'Pending', 'WaitingForBackend'],
    [
      findings({ backend: waiting }, { before: { upgradeHash: 'old', endpoints: undefined } }),
      'Upgrading',
      'WaitingForBackend',
    ],
    [findings({ dashboard: waiting }), 'Pending', 'WaitingForDashboard'],
    [findings({ gateway: waiting }), 'Pending', 'WaitingForGateway'],
    [findings({ route: waiting }), 'Pending', 'WaitingForGateway'],
    [findings({}, { missingTlsSecret: 'tls' }), 'Pending', 'WaitingForGateway'],
    [findings({ 'data-volume': failed }), 'Error', 'PVCError'],
    [findings({ settings: failed, backend: failed }), 'Error', 'ConfigMapError'],
    [findings({ 'backend-service': failed }), 'Error', 'ServiceError'],
    [findings({ 'dashboard-service': failed }), 'Error', 'DashboardServiceError'],
    [findings({ dashboard: failed }), 'Error', 'DashboardError'],
    [findings({ backend: failed }), 'Error', 'StatefulSetError'],
    [findings({ gateway: failed }), 'Error', 'GatewayError'],
    [findings({ route: failed }), 'Error', 'HTTPRouteError'],
    [findings({ secrets: failed }), 'Error', 'SecretError'],
    [findings({}, { problems: ['Secret db does not exist'] }), 'Error', 'ValidationFailed'],
    [findings({}, { record: recordOf('Exporting'), isSettled: false }), 'Upgrading', 'Exporting'],
    [
      findings({ backend: waiting }, { record: recordOf('RollingUpdate'), isSettled: false }),
      'Upgrading',
      'RollingUpdate',
    ],
    [findings({}, { record: recordOf('Importing'), isSettled: false }), 'Upgrading', 'Importing'],
    [findings({}, { record: recordOf('ExportFailed'), isSettled: false }), 'Error', 'UpgradeError'],
    [findings({}, { record: recordOf('ImportFailed'), isSettled: false }), 'Error', 'UpgradeError'],
    [findings({}, { upgradeProblem: 'no image', isSettled: false }), 'Error', 'UpgradeError'],
  ] as const)('is in the documented phase for the documented reason (%#)', (given, phase, reason) => {
    const status = describeConvex(given);
    expect([status.phase, status.conditions.Ready.reason]).toEqual([phase, reason]);
  });

  test('says why it waits, as the original does', () => {
    expect(describeConvex(findings({ backend: waiting })).conditions.Ready.message).toBe(
      'Waiting for backend readiness: 0 of 1 pod is ready',
    );
  });

  test('without the Gateway API is Ready inside the cluster, and says so', () => {
    const { phase, conditions, endpoints } = describeConvex(findings({ gateway: missing, route: missing }));
    expect({ phase, endpoints }).toEqual({ phase: 'Ready', endpoints: { apiUrl: 'http://a-backend' } });
    expect(conditions.HTTPRouteReady).toMatchObject({ status: 'False', reason: 'GatewayAPIMissing' });
    expect(conditions.Ready.message).toContain('inside the cluster only');
  });

  test('keeps the old hash until the new backend runs', () => {
    const before = { upgradeHash: 'old', endpoints: undefined };
    expect(describeConvex(findings({ backend: waiting }, { before })).upgradeHash).toBe('old');
    expect(describeConvex(findings({ dashboard: waiting }, { before })).upgradeHash).toBe('old');
    expect(describeConvex(findings({}, { before, isSettled: false })).upgradeHash).toBe('old');
    expect(describeConvex(findings({}, { before })).upgradeHash).toBe('new');
  });

  test('keeps the way from outside when something else fails, and closes it when it is closed', () => {
    const before = { upgradeHash: 'new', endpoints: external };
    const unreached: PartView = { state: 'unreached', reason: 'NotReconciled', message: '' };
    const parts = { gateway: unreached, route: unreached };
    expect(describeConvex(findings(parts, { before, problems: ['x'] })).endpoints).toEqual(external);
    expect(describeConvex(findings({ gateway: waiting }, { before })).endpoints).toEqual({
      apiUrl: 'http://a-backend',
    });
  });

  test('of an outage after an upgrade is Pending, not Upgrading', () => {
    const { phase, conditions } = describeConvex(
      findings({ backend: waiting }, { strategy: 'exportImport', record: recordOf('Completed') }),
    );
    expect(phase).toBe('Pending');
    expect(conditions.UpgradeInProgress).toMatchObject({ status: 'False', reason: 'Idle' });
    expect(conditions.ImportCompleted).toMatchObject({ status: 'True', reason: 'Completed' });
  });
});

const views = fc.constantFrom<PartView>(
  ready,
  waiting,
  failed,
  missing,
  { ...ready, state: 'off' },
  {
    state: 'unreached',
    reason: 'NotReconciled',
    message: '',
  },
);
const hashes = fc.constantFrom('old', 'new');

/** Everything that a run can find, also what cannot be together. */
const anything: fc.Arbitrary<Findings> = fc
  .record({
    parts: fc.record(Object.fromEntries(PARTS.map((name) => [name, views])) as Record<PartName, typeof views>),
    problems: fc.constantFrom([], [], ['Secret db does not exist']),
    missingTlsSecret: fc.option(fc.constant('tls'), { nil: undefined }),
    strategy: fc.constantFrom('inPlace' as const, 'exportImport' as const),
    record: fc.option(fc.constantFrom(...steps).map(recordOf), { nil: undefined }),
    upgradeProblem: fc.option(fc.constant('no image'), { nil: undefined }),
    isSettled: fc.boolean(),
    hash: hashes,
    before: fc.record({
      upgradeHash: fc.option(hashes, { nil: undefined }),
      endpoints: fc.option(fc.constant(external), { nil: undefined }),
    }),
  })
  .map((found) => findings({}, found));

/** Conditions that tell of a part, and may say no while the whole works only where the Gateway API is missing. */
const OF_PARTS = CONDITIONS.filter(
  (type) => !['Ready', 'UpgradeInProgress', 'ExportCompleted', 'ImportCompleted'].includes(type),
);

type Status = ReturnType<typeof describeConvex>;

const implies = (premise: boolean, conclusion: boolean) => !premise || conclusion;
const is = (status: string, { conditions }: Status, type: (typeof CONDITIONS)[number]) =>
  conditions[type].status === status;
const holds = (status: Status, type: (typeof CONDITIONS)[number]) => is('True', status, type);
const isOpen = (status: Status) => status.endpoints.apiUrl === external.apiUrl;

/** What must hold of every status, in words. */
const INVARIANTS: Readonly<Record<string, (status: Status, given: Findings) => boolean>> = {
  'Ready is the phase of the same name': (status) => holds(status, 'Ready') === (status.phase === 'Ready'),
  'Ready means that every part is, the way from outside aside where there is no API for it': (status) =>
    implies(
      holds(status, 'Ready'),
      OF_PARTS.every((type) => holds(status, type) || status.conditions[type].reason === 'GatewayAPIMissing'),
    ),
  'Ready means that nothing is being upgraded': (status) =>
    implies(holds(status, 'Ready'), is('False', status, 'UpgradeInProgress')),
  'Ready means that what the spec asks for runs': (status, { hash }) =>
    implies(holds(status, 'Ready'), status.upgradeHash === hash),
  'the phase Error and the reasons of errors go together': ({ phase, conditions }) =>
    /Error$|^ValidationFailed$/.test(conditions.Ready.reason ?? '') === (phase === 'Error'),
  'the phase Upgrading means that an upgrade is in progress': (status) =>
    implies(status.phase === 'Upgrading', holds(status, 'UpgradeInProgress')),
  'an upgrade in progress is neither Ready nor Pending': (status) =>
    implies(holds(status, 'UpgradeInProgress'), ['Upgrading', 'Error'].includes(status.phase)),
  'nothing is imported that was not exported': (status) =>
    implies(holds(status, 'ImportCompleted'), holds(status, 'ExportCompleted')),
  'the way from outside is told only when it is open, or when something else keeps us from looking': (status) =>
    implies(
      isOpen(status) && status.phase !== 'Error',
      holds(status, 'GatewayReady') && holds(status, 'HTTPRouteReady'),
    ),
  'every reason is a word': ({ conditions }) =>
    Object.values(conditions).every(({ reason = '' }) => /^[A-Z][A-Za-z]+$/.test(reason)),
};

describe('the conditions', () => {
  test('are all there in every run', () => {
    fc.assert(
      fc.property(anything, (given) => {
        expect(Object.keys(describeConvex(given).conditions).sort()).toEqual([...CONDITIONS].sort());
      }),
    );
  });

  test.each(Object.entries(INVARIANTS))('never contradict each other: %s', (_, invariant) => {
    fc.assert(
      fc.property(anything, (given) => invariant(describeConvex(given), given)),
      { numRuns: 1000 },
    );
  });
});
