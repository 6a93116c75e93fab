import type { ComponentReport, KubeObject } from '../../../framework/framework.ts';
import type { JobState, UpgradeProgress } from '../convex-instance.plan.ts';

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

/** What keeps an upgrade from being made at all, unless a Job itself has failed. */
export function upgradeObstacle(reports: readonly ComponentReport[]): string | undefined {
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
