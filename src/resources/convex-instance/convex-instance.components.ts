import type { Component } from '../../framework/framework.ts';
import { backend } from './components/backend.ts';
import { dashboard } from './components/dashboard.ts';
import { dataVolume } from './components/data-volume.ts';
import { gateway, route } from './components/gateway.ts';
import { backendService, dashboardService } from './components/services.ts';
import { settings } from './components/settings.ts';
import { exportJob, importJob, upgradeVolume } from './components/upgrade.ts';
import type { ConvexInput } from './input/convex-input.ts';

/** What an instance consists of, beside the Secret with its generated values. */
export const convexComponents: readonly Component<ConvexInput>[] = [
  settings,
  dataVolume,
  backendService,
  dashboardService,
  dashboard,
  backend,
  gateway,
  route,
  upgradeVolume,
  exportJob,
  importJob,
];
