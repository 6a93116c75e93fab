import type { ConditionInput } from '../../framework/framework.ts';
import { isActive } from './convex-instance.plan.ts';
import type { UpgradeRecord } from './convex-instance.schemas.ts';

/** How a part is doing: a component, or the generated Secret. */
export type PartView = {
  readonly state: 'ready' | 'waiting' | 'failed' | 'off' | 'unreached';
  readonly reason: string;
  readonly message: string;
};

/** The parts that have a condition of their own. */
export const PARTS = [
  'secrets',
  'settings',
  'data-volume',
  'backend-service',
  'dashboard-service',
  'dashboard',
  'backend',
  'gateway',
  'route',
] as const;

export type PartName = (typeof PARTS)[number];

export type Endpoints = { readonly apiUrl?: string; readonly dashboardUrl?: string };

/** What one run has found out. */
export type Findings = {
  /** What is wrong with the spec or with what it refers to. */
  readonly problems: readonly string[];
  readonly missingTlsSecret: string | undefined;
  readonly parts: Readonly<Record<PartName, PartView>>;
  readonly strategy: 'inPlace' | 'exportImport';
  readonly record: UpgradeRecord | undefined;
  /** Why an upgrade cannot even begin. */
  readonly upgradeProblem: string | undefined;
  /** Whether the backend that runs is the one that the spec asks for, with nothing left to do. */
  readonly isSettled: boolean;
  /** Stands for version, images and environment as the spec asks for them. */
  readonly hash: string;
  readonly before: { readonly upgradeHash: string | undefined; readonly endpoints: Endpoints | undefined };
  readonly urls: { readonly internal: string; readonly external: string; readonly dashboard: string | undefined };
};

export type Phase = 'Pending' | 'Ready' | 'Error' | 'Upgrading';

/** What the status says. */
export type ConvexStatus = {
  readonly conditions: Readonly<Record<ConditionType, ConditionInput>>;
  readonly phase: Phase;
  readonly upgradeHash: string | undefined;
  readonly endpoints: Endpoints;
};

/** Every condition; all of them are written in every run. */
export const CONDITIONS = [
  'Ready',
  'ConfigMapReady',
  'SecretsReady',
  'PVCReady',
  'ServiceReady',
  'DashboardServiceReady',
  'DashboardReady',
  'StatefulSetReady',
  'GatewayReady',
  'HTTPRouteReady',
  'UpgradeInProgress',
  'ExportCompleted',
  'ImportCompleted',
] as const;

export type ConditionType = (typeof CONDITIONS)[number];

/** What a part's condition is called, and its words for how the part is doing. */
type Words = { readonly type: ConditionType; readonly ready: string; readonly off: string; readonly failed: string };

const WORDS: Readonly<Record<PartName, Words>> = {
  secrets: { type: 'SecretsReady', ready: 'Available', off: 'Available', failed: 'SecretError' },
  settings: { type: 'ConfigMapReady', ready: 'Available', off: 'Available', failed: 'ConfigMapError' },
  'data-volume': { type: 'PVCReady', ready: 'Available', off: 'Skipped', failed: 'PVCError' },
  'backend-service': { type: 'ServiceReady', ready: 'Available', off: 'Available', failed: 'ServiceError' },
  'dashboard-service': {
    type: 'DashboardServiceReady',
    ready: 'Available',
    off: 'Disabled',
    failed: 'DashboardServiceError',
  },
  dashboard: { type: 'DashboardReady', ready: 'Ready', off: 'Disabled', failed: 'DashboardError' },
  backend: { type: 'StatefulSetReady', ready: 'Ready', off: 'Ready', failed: 'StatefulSetError' },
  gateway: { type: 'GatewayReady', ready: 'Ready', off: 'Skipped', failed: 'GatewayError' },
  route: { type: 'HTTPRouteReady', ready: 'Ready', off: 'Ready', failed: 'HTTPRouteError' },
};

const API_MISSING = 'GatewayAPIMissing';

/** What a run comes to in the status. Pure, and never at odds with itself. */
export function describeConvex(findings: Findings): ConvexStatus {
  const { before, hash, isSettled, parts } = findings;
  const hasRolledOut = isSettled && findings.problems.length === 0 && [parts.backend, parts.dashboard].every(isFine);
  const ready = describeReady(findings);
  const phase = phaseOf(findings, ready);
  const own = Object.fromEntries(PARTS.map((name) => [WORDS[name].type, describePart(name, findings)]));
  return {
    conditions: { ...own, Ready: ready, ...describeUpgrade(findings, phase) } as ConvexStatus['conditions'],
    phase,
    upgradeHash: hasRolledOut ? hash : before.upgradeHash,
    endpoints: endpointsOf(findings, phase),
  };
}

/** Whether a part keeps nobody from calling the instance ready. Without the Gateway API there is no way to a host. */
function isFine({ state, reason }: PartView): boolean {
  return state === 'ready' || state === 'off' || reason === API_MISSING;
}

function describePart(name: PartName, { parts, problems, missingTlsSecret }: Findings): ConditionInput {
  const part = parts[name];
  if (name === 'secrets' && problems.length > 0) {
    return { status: 'False', reason: 'ValidationFailed', message: problems.join('; ') };
  }
  if (name === 'secrets' && missingTlsSecret !== undefined && part.state === 'ready') {
    return { status: 'False', reason: 'ValidationFailed', message: missingTls(missingTlsSecret) };
  }
  const { ready, off, failed } = WORDS[name];
  switch (part.state) {
    case 'ready':
      return { status: 'True', reason: ready, message: part.message };
    case 'off':
      return { status: 'True', reason: off, message: part.message };
    case 'failed':
      return { status: 'False', reason: failed, message: failureOf(name, part) };
    case 'unreached':
      return { status: 'Unknown', reason: 'NotReconciled', message: 'an earlier step has failed' };
    case 'waiting':
      return {
        status: 'False',
        reason: part.reason === API_MISSING ? API_MISSING : 'Provisioning',
        message: part.message,
      };
  }
}

/** Of a claim, the class is the only field that can be given and not be changed. */
function failureOf(name: PartName, { message }: PartView): string {
  const isClass = name === 'data-volume' && message.includes('immutable');
  return isClass ? `storageClassName is immutable: ${message}` : message;
}

function missingTls(secret: string): string {
  return `Secret ${secret} with the certificate of the host does not exist yet`;
}

function describeReady(findings: Findings): ConditionInput {
  const trouble = errorIn(findings) ?? waitingIn(findings);
  const isRouted = findings.parts.route.reason !== API_MISSING;
  const message = isRouted ? 'Backend ready' : 'Backend ready, inside the cluster only: there is no Gateway API';
  return trouble ? { status: 'False', ...trouble } : { status: 'True', reason: 'BackendReady', message };
}

type Trouble = { readonly reason: string; readonly message: string };

/** What does not mend itself, in the order of the work. */
function errorIn({ problems, parts, record, upgradeProblem }: Findings): Trouble | undefined {
  if (problems.length > 0) {
    return { reason: 'ValidationFailed', message: problems.join('; ') };
  }
  const failed = PARTS.find((name) => parts[name].state === 'failed');
  if (failed) {
    return { reason: WORDS[failed].failed, message: failureOf(failed, parts[failed]) };
  }
  const message = upgradeProblem ?? upgradeFailure(record);
  return message === undefined ? undefined : { reason: 'UpgradeError', message };
}

function upgradeFailure(record: UpgradeRecord | undefined): string | undefined {
  switch (record?.step) {
    case 'ExportFailed':
      return 'The export has failed, and the backend stays as it was: see the log of the export Job';
    case 'ImportFailed':
      return 'The import has failed, and the copy stays on its volume: see the log of the import Job';
    default:
      return undefined;
  }
}

function waitingIn({ parts, record, isSettled, missingTlsSecret }: Findings): Trouble | undefined {
  const { backend, dashboard, gateway, route } = parts;
  if (isActive(record)) {
    return { reason: record.step, message: `Upgrading from ${record.from.version} to ${record.to.version}` };
  }
  const foundation = PARTS.filter((name) => !['dashboard', 'gateway', 'route'].includes(name));
  if (!isSettled || !foundation.every((name) => isFine(parts[name]))) {
    return { reason: 'WaitingForBackend', message: because('Waiting for backend readiness', backend.message) };
  }
  if (!isFine(dashboard)) {
    return { reason: 'WaitingForDashboard', message: because('Waiting for dashboard readiness', dashboard.message) };
  }
  const closed = [gateway, route].find((part) => !isFine(part));
  const cause = missingTlsSecret === undefined ? closed?.message : missingTls(missingTlsSecret);
  return cause === undefined
    ? undefined
    : { reason: 'WaitingForGateway', message: because('Waiting for the gateway', cause) };
}

function because(what: string, cause: string): string {
  return cause ? `${what}: ${cause}` : what;
}

function phaseOf(findings: Findings, ready: ConditionInput): Phase {
  if (ready.status === 'True') {
    return 'Ready';
  }
  if (errorIn(findings)) {
    return 'Error';
  }
  const { record, hash, before } = findings;
  const isBehind = before.upgradeHash !== undefined && before.upgradeHash !== hash && !hasBackend(findings);
  return isActive(record) || !isStillSettled(findings) || isBehind ? 'Upgrading' : 'Pending';
}

function isStillSettled({ isSettled, before }: Findings): boolean {
  return isSettled || before.upgradeHash === undefined;
}

/** Whether everything that the hash stands for runs. */
function hasBackend({ isSettled, parts }: Findings): boolean {
  return isSettled && isFine(parts.backend) && isFine(parts.dashboard);
}

type UpgradeConditions = Pick<ConvexStatus['conditions'], 'UpgradeInProgress' | 'ExportCompleted' | 'ImportCompleted'>;

function describeUpgrade(findings: Findings, phase: Phase): UpgradeConditions {
  const { record, upgradeProblem, strategy } = findings;
  const failure = upgradeProblem ?? upgradeFailure(record);
  const isUnderWay = phase === 'Upgrading' || isActive(record);
  const told = record && `from ${record.from.version} to ${record.to.version}`;
  const UpgradeInProgress: ConditionInput = isUnderWay
    ? { status: 'True', reason: 'InProgress', message: told ?? 'The new backend is rolled out' }
    : { status: 'False', reason: 'Idle' };
  const isUsed = record !== undefined || strategy === 'exportImport';
  return {
    UpgradeInProgress: failure ? { status: 'False', reason: 'UpgradeError', message: failure } : UpgradeInProgress,
    ExportCompleted: isUsed ? completion(record, EXPORT) : NOT_USED,
    ImportCompleted: isUsed ? completion(record, IMPORT) : NOT_USED,
  };
}

type Step = UpgradeRecord['step'];
type Milestone = { readonly done: readonly Step[]; readonly failed: readonly Step[]; readonly what: string };

const EXPORT: Milestone = {
  done: ['RollingUpdate', 'Importing', 'ImportFailed', 'Completed', 'Abandoned'],
  failed: ['ExportFailed'],
  what: 'export',
};
const IMPORT: Milestone = { done: ['Completed'], failed: ['ImportFailed', 'Abandoned'], what: 'import' };

const NOT_USED: ConditionInput = {
  status: 'Unknown',
  reason: 'NotApplicable',
  message: 'Upgrades are made in place',
};

function completion(record: UpgradeRecord | undefined, { done, failed, what }: Milestone): ConditionInput {
  if (record === undefined) {
    return { status: 'False', reason: 'Pending', message: `No upgrade has needed an ${what} yet` };
  }
  if (done.includes(record.step)) {
    return { status: 'True', reason: 'Completed', message: `The ${what} for ${record.to.version} is complete` };
  }
  return failed.includes(record.step)
    ? { status: 'False', reason: 'Failed', message: `The ${what} for ${record.to.version} has failed` }
    : { status: 'False', reason: 'Pending', message: `The ${what} for ${record.to.version} is not complete yet` };
}

/** A failure elsewhere does not close a way that was open. */
function endpointsOf({ parts, urls, before }: Findings, phase: Phase): Endpoints {
  const external = { apiUrl: urls.external, ...(urls.dashboard ? { dashboardUrl: urls.dashboard } : {}) };
  const isOpen = ['ready', 'off'].includes(parts.gateway.state) && parts.route.state === 'ready';
  if (isOpen) {
    return external;
  }
  const wasOpen = before.endpoints?.apiUrl === urls.external;
  const isUnknown = phase === 'Error' && ![parts.gateway.state, parts.route.state].includes('failed');
  return wasOpen && isUnknown ? external : { apiUrl: urls.internal };
}
