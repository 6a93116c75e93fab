import type { EventInput } from '../../../framework/framework.ts';
import { type ConvexStatus, describeConvex, type Findings } from '../convex-instance.status.ts';
import { observedStatus, urlsOf } from './findings.ts';
import type { Instance } from './instance.ts';
import { warningsOf } from './warnings.ts';

/** What a run has found out; what it did not get to know is as it was. */
export type Found = Partial<Findings> & Pick<Findings, 'parts'>;

/** All that an instance says at the end of a run. */
export type Telling = {
  readonly conditions: ConvexStatus['conditions'];
  /** What the status has beside them. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly events: readonly EventInput[];
};

/** Puts into words what a run has found out. */
export function tellingOf(instance: Instance, found: Found): Telling {
  const { spec, status } = instance;
  const before = observedStatus(status);
  const { conditions, phase, upgradeHash, endpoints } = describeConvex({
    problems: [],
    missingTlsSecret: undefined,
    strategy: spec.maintenance?.upgradeStrategy ?? 'inPlace',
    record: before.upgrade,
    upgradeProblem: undefined,
    isSettled: true,
    hash: before.upgradeHash ?? '',
    before,
    urls: urlsOf(instance),
    ...found,
  });
  const upgrade = 'record' in found ? found.record : before.upgrade;
  const isNews = phase === 'Ready' && before.phase !== 'Ready';
  return {
    conditions,
    fields: { phase, upgradeHash, endpoints, upgrade },
    events: [
      ...(isNews ? [normal('Ready', `Convex answers at ${endpoints.apiUrl}`)] : []),
      ...missingTls(instance, found.missingTlsSecret, conditions.SecretsReady.message),
    ],
  };
}

/** What people should know of a spec, once for each: what it says does not change. */
export function newsOf({ spec, status, metadata }: Instance): EventInput[] {
  return status.observedGeneration === metadata.generation ? [] : warningsOf(spec).map(warning);
}

/** A certificate that is missing holds up the way from outside only, so no part is in trouble that would tell of it. */
function missingTls({ status }: Instance, secret: string | undefined, message: string | undefined): EventInput[] {
  const before = status.conditions?.find(({ type }) => type === 'SecretsReady');
  const isNews = secret !== undefined && message !== undefined && before?.message !== message;
  return isNews ? [warning({ reason: 'ValidationFailed', note: message })] : [];
}

/** An event that tells of something good. */
export function normal(reason: string, note: string): EventInput {
  return { type: 'Normal', reason, note };
}

function warning({ reason, note }: { readonly reason: string; readonly note: string }): EventInput {
  return { type: 'Warning', reason, note };
}
