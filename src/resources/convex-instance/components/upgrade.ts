import { amountOf, type Component } from '../../../framework/framework.ts';
import type { ConvexInput, Shaped, UpgradeJobs } from '../input/convex-input.ts';
import { CONVEX_GROUP, internalUrl, labelsOf, secretNameOf } from '../input/names.ts';
import { backend } from './backend.ts';
import { createClaim, dataVolumeSize, hasDataVolume } from './data-volume.ts';

/** On the Jobs: which upgrade they are of. */
const UPGRADE_HASH = `${CONVEX_GROUP}/upgrade-hash`;

const SMALLEST = '1Gi';

/** Room for a copy of everything. */
function sizeOf(input: ConvexInput) {
  const data = hasDataVolume(input) ? dataVolumeSize(input) : SMALLEST;
  return (amountOf(data) ?? 0) > (amountOf(SMALLEST) ?? 0) ? data : SMALLEST;
}

/** Holds the export until it has been imported. */
export const upgradeVolume: Component<ConvexInput> = {
  name: 'upgrade-volume',
  kinds: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }],
  when: ({ upgrade }) => upgrade !== undefined,
  manifests: (input) => [createClaim(input, 'upgrade-pvc', sizeOf(input))],
  ready: () => ({ state: 'ready', reason: 'Available', message: '' }),
  deletesClaims: true,
};

function createJob(input: ConvexInput, verb: 'export' | 'import', { image, attempt, hash }: UpgradeJobs) {
  const { name, namespace } = input;
  const part = `upgrade-${verb}`;
  const labels = { 'app.kubernetes.io/instance': name, 'app.kubernetes.io/component': part };
  const adminKey = { secretKeyRef: { name: secretNameOf(input), key: 'adminKey' } };
  const container = {
    name: verb,
    image,
    imagePullPolicy: 'IfNotPresent',
    args: [`convex-${verb}`],
    env: [
      { name: 'API_URL', value: internalUrl(input) },
      { name: 'ADMIN_KEY', valueFrom: adminKey },
      // Another attempt is another Job: it neither takes an old archive for its own, nor repeats an old failure.
      { name: 'UPGRADE_ATTEMPT', value: String(attempt) },
    ],
    resources: { requests: { cpu: '50m', memory: '64Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
  const manifest: Shaped<{ spec: object }> = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name}-${part}`,
      namespace,
      labels: labelsOf(input, part),
      annotations: { [UPGRADE_HASH]: hash },
    },
    spec: {
      backoffLimit: 3,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          containers: [container],
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            fsGroup: 65532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `${name}-upgrade-pvc` } }],
        },
      },
    },
  };
  return manifest;
}

function jobComponent(verb: 'export' | 'import', isWanted: (jobs: UpgradeJobs) => boolean): Component<ConvexInput> {
  return {
    name: `upgrade-${verb}`,
    kinds: [{ apiVersion: 'batch/v1', kind: 'Job' }],
    needs: [upgradeVolume, backend],
    when: ({ upgrade }) => upgrade?.image !== undefined && isWanted(upgrade),
    manifests: (input) => (input.upgrade ? [createJob(input, verb, input.upgrade)] : []),
    replace: 'recreate',
  };
}

export const exportJob = jobComponent('export', ({ exports }) => exports);
export const importJob = jobComponent('import', ({ imports }) => imports);
