import type { ComponentReport, Condition } from '../../../framework/framework.ts';
import {
  type ConvexInstanceSpec,
  revisionSchema,
  type UpgradeRecord,
  upgradeRecordSchema,
} from '../convex-instance.schemas.ts';
import { type Findings, PARTS, type PartName, type PartView } from '../convex-instance.status.ts';
import type { Revision } from './convex-input.ts';
import { internalUrl, type Named, publicUrl } from './names.ts';

/** The status as an earlier run left it. */
export type ObservedStatus = Findings['before'] & {
  readonly phase: string | undefined;
  readonly upgrade: UpgradeRecord | undefined;
  readonly revision: Revision | undefined;
};

/** Reads a status. Somebody may have written into it, so what is not right counts as not there. */
export function observedStatus(status: Readonly<Record<string, unknown>>): ObservedStatus {
  const { phase, upgradeHash, endpoints, upgrade, revision } = status;
  const record = upgradeRecordSchema.safeParse(upgrade);
  return {
    phase: typeof phase === 'string' ? phase : undefined,
    upgradeHash: typeof upgradeHash === 'string' ? upgradeHash : undefined,
    endpoints: typeof endpoints === 'object' && endpoints !== null ? endpoints : undefined,
    upgrade: record.success ? record.data : undefined,
    revision: revisionSchema.safeParse(revision).data,
  };
}

/** How the parts are doing after their run. What is switched off says why. */
export function partViews(reports: readonly ComponentReport[], spec: ConvexInstanceSpec): Findings['parts'] {
  const views = PARTS.map((name) => [name, viewOf(name, reports, spec)]);
  return { ...Object.fromEntries(views), secrets: { state: 'ready', reason: 'Available', message: '' } };
}

function viewOf(name: PartName, reports: readonly ComponentReport[], spec: ConvexInstanceSpec): PartView {
  const report = reports.find((each) => each.name === name);
  if (!report) {
    return { state: 'off', reason: 'Off', message: reasonForAbsence(name, spec) };
  }
  const { state, reason } = report;
  // The line in `status.components` names the component, which a condition of its own need not.
  return { state, reason: reason === 'ApiMissing' ? 'GatewayAPIMissing' : reason, message: report.message };
}

function reasonForAbsence(name: PartName, { networking }: ConvexInstanceSpec): string {
  switch (name) {
    case 'data-volume':
      return 'There is no data volume';
    case 'gateway':
      return `The route is attached to ${networking.parentRefs?.map((parent) => parent.name).join(', ')}`;
    default:
      return 'The dashboard is disabled';
  }
}

/** How the parts are doing when the run has ended before them. */
export function unreachedParts(secrets: Condition | undefined): Findings['parts'] {
  const unreached: PartView = { state: 'unreached', reason: 'NotReconciled', message: '' };
  const all = Object.fromEntries(PARTS.map((name) => [name, unreached])) as Record<PartName, PartView>;
  const { reason = 'Unknown', message = '' } = secrets ?? {};
  return { ...all, secrets: { state: 'failed', reason, message } };
}

/** Where an instance is reached. */
export function urlsOf({ name, namespace, spec }: Named & { readonly spec: ConvexInstanceSpec }): Findings['urls'] {
  const external = publicUrl(spec.networking);
  const dashboard = spec.dashboard.enabled ? `${external}/dashboard` : undefined;
  return { internal: internalUrl({ name, namespace }), external, dashboard };
}
