import type { ComponentReport, KubeObject } from '../../../framework/framework.ts';
import {
  type JobState,
  runningRevision,
  type UpgradeProgress,
  type UpgradeSituation,
} from '../convex-instance.plan.ts';
import type { UpgradeRecord } from '../convex-instance.schemas.ts';
import { observedStatus } from './findings.ts';
import type { Instance } from './instance.ts';
import { CONVEX_GROUP } from './names.ts';

/** On an instance: whenever its value changes, an upgrade that has failed is tried again. */
const RETRY_ANNOTATION = `${CONVEX_GROUP}/retry-upgrade`;

type Report = ComponentReport | undefined;

/** How far an upgrade has got, by what its parts have come to. */
export function progressOf(reports: readonly ComponentReport[]): UpgradeProgress {
  const find = (name: string) => reports.find((report) => report.name === name);
  return {
    exportJob: jobState(find('upgrade-export')),
    importJob: jobState(find('upgrade-import')),
    isBackendReady: find('backend')?.state === 'ready',
  };
}

/** What is known of an upgrade before the parts are brought in line. */
export function situationOf({ spec, status, metadata }: Instance, found: UpgradeSituation['live']): UpgradeSituation {
  const { version, backend, maintenance } = spec;
  const { upgrade: record, revision: recorded } = observedStatus(status);
  const wanted = { image: backend.image, version };
  return {
    strategy: maintenance?.upgradeStrategy ?? 'inPlace',
    wanted,
    live: runningRevision({ wanted, found, recorded }),
    record,
    retry: metadata.annotations?.[RETRY_ANNOTATION],
  };
}

type Attempt = { readonly record: UpgradeRecord | undefined; readonly image: string | undefined };

/** What keeps an upgrade from being made at all, unless a Job itself has failed. */
export function upgradeObstacle({ record, image }: Attempt, reports: readonly ComponentReport[]): string | undefined {
  const needsJob = record?.step === 'Exporting' || record?.step === 'Importing';
  if (needsJob && image === undefined) {
    return 'Hearth does not know its own image, which exports and imports: set HEARTH_IMAGE on its Deployment';
  }
  const failed = reports.find((report) => report.name.startsWith('upgrade-') && report.state === 'failed');
  return failed && jobState(failed) !== 'failed' ? failed.message : undefined;
}

/** That a Job could not be made is not that it has failed. */
function jobState(report: Report): JobState | undefined {
  if (report === undefined) {
    return undefined;
  }
  if (report.state === 'ready') {
    return 'complete';
  }
  return report.objects.some(hasFailed) ? 'failed' : 'running';
}

function hasFailed({ status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: readonly { type: string; status: string }[] };
  return conditions.some(({ type, status: is }) => type === 'Failed' && is === 'True');
}
