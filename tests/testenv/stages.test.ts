import { X509Certificate } from 'node:crypto';
import { describe, expect } from 'vitest';
import type { Json } from '../../testenv/src/api-request.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { useCluster } from './cluster.ts';
import { claim, deployment, isTrue, pod } from './manifests.ts';

const cluster = useCluster();
const simulated = testNeeding('simulation');

describe('pods', () => {
  simulated('a slow pod runs for a while before it is ready', async () => {
    await cluster.apply(
      pod('slow', { image: 'slow-ready/app:1', annotations: { 'testenv.hearth.dev/ready-delay': '2s' } }),
    );
    const running = await cluster.until('pod', 'slow', (object) => object.status.phase === 'Running');
    expect(isTrue(running, 'Ready')).toBe(false);
    const ready = await cluster.until('pod', 'slow', (object) => isTrue(object, 'Ready'));
    const since = Date.parse(ready.status.conditions.find((one: Json) => one.type === 'Ready').lastTransitionTime);
    expect(since - Date.parse(ready.status.startTime)).toBeGreaterThanOrEqual(1000); // times have whole seconds
  });

  simulated('a crashing pod restarts again and again and is never ready', async () => {
    await cluster.apply(deployment('crashing', { replicas: 1, image: 'crash-loop/app:1' }));
    const list = await cluster.until(
      'pods',
      '--selector=app=crashing',
      ({ items }) => items[0]?.status.containerStatuses?.[0].restartCount >= 2,
    );
    expect(list.items[0].status.phase).toBe('Running');
    expect(list.items[0].status.containerStatuses[0].lastState.terminated.exitCode).toBe(1);
    expect(isTrue(list.items[0], 'Ready')).toBe(false);
    await cluster.until('pods', '--selector=app=crashing', ({ items }) => {
      return items[0].status.containerStatuses[0].state.waiting?.reason === 'CrashLoopBackOff';
    });
    expect((await cluster.get('deployment', 'crashing')).status.availableReplicas ?? 0).toBe(0);
  });

  simulated('an image that cannot be pulled is tried again and again', async () => {
    await cluster.apply(pod('unpullable', { image: 'bad/app:1' }));
    for (const reason of ['ErrImagePull', 'ImagePullBackOff', 'ErrImagePull']) {
      const seen = await cluster.until('pod', 'unpullable', (object) => {
        return object.status.containerStatuses?.[0].state.waiting?.reason === reason;
      });
      expect(seen.status.phase).toBe('Pending');
    }
  });

  simulated('a failing pod ends with the exit code that it is asked for', async () => {
    const annotations = { 'testenv.hearth.dev/exit-code': '3' };
    await cluster.apply(pod('failing', { image: 'job-fail/app:1', annotations, restartPolicy: 'Never' }));
    const failed = await cluster.until('pod', 'failing', (object) => object.status.phase === 'Failed');
    expect(failed.status.containerStatuses[0].state.terminated.exitCode).toBe(3);
  });

  simulated('a pod without any of these is ready at once', async () => {
    await cluster.apply(pod('ordinary'));
    await cluster.until('pod', 'ordinary', (object) => isTrue(object, 'Ready'));
  });
});

describe('third parties', () => {
  simulated('a Certificate of the simulated issuer is issued with its Secret', async () => {
    await cluster.apply(certificate('web', 'simulated'), certificate('other', 'somebody-else'));
    await cluster.until('certificate', 'web', (object) => isTrue(object, 'Ready'));
    const secret = await cluster.get('secret', 'web-tls');
    expect(secret.type).toBe('kubernetes.io/tls');
    const issued = new X509Certificate(Buffer.from(secret.data['tls.crt'], 'base64'));
    expect(issued.subjectAltName).toBe('DNS:web.example.org');
    expect((await cluster.get('certificate', 'other')).status).toBeUndefined();
  });

  simulated('a Certificate is issued again when its names change', async () => {
    await cluster.apply(certificate('again', 'simulated'));
    await cluster.until('certificate', 'again', (object) => isTrue(object, 'Ready'));
    await cluster.apply(certificate('again', 'simulated', 'new.example.org'));
    await cluster.until('certificate', 'again', (object) => object.status.revision === 2 && isTrue(object, 'Ready'));
    const secret = await cluster.get('secret', 'again-tls');
    const issued = new X509Certificate(Buffer.from(secret.data['tls.crt'], 'base64'));
    expect(issued.subjectAltName).toBe('DNS:new.example.org');
  });

  simulated('a Gateway of the simulated class is programmed, others are not', async () => {
    await cluster.apply(gateway('served', 'simulated'), gateway('unserved', 'somebody-else'));
    const served = await cluster.until('gateway.gateway.networking.k8s.io', 'served', (one) =>
      isTrue(one, 'Programmed'),
    );
    expect(served.status.addresses[0].value).toBe('192.0.2.10');
    expect(served.status.listeners[0].name).toBe('http');
    const other = await cluster.get('gateway.gateway.networking.k8s.io', 'unserved');
    expect(isTrue(other, 'Programmed')).toBe(false);
  });

  simulated('an HTTPRoute is accepted by its parents, except by an unserved one', async () => {
    await cluster.apply(route('open', 'served'), route('closed', 'unserved'));
    const open = await cluster.until('httproute', 'open', (object) =>
      isTrue({ status: object.status?.parents?.[0] }, 'Accepted'),
    );
    expect(open.status.parents[0].parentRef.name).toBe('served');
    expect((await cluster.get('httproute', 'closed')).status?.parents ?? []).toEqual([]);
  });

  simulated('a VolumeSnapshot becomes ready to use', async () => {
    await cluster.apply(claim('source', 'sim'), {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      metadata: { name: 'snapshot' },
      spec: { source: { persistentVolumeClaimName: 'source' } },
    });
    const ready = await cluster.until('volumesnapshot', 'snapshot', (object) => object.status?.readyToUse === true);
    const content = await cluster.get('volumesnapshotcontent', ready.status.boundVolumeSnapshotContentName);
    expect(content.spec.volumeSnapshotRef.name).toBe('snapshot');
  });
});

function certificate(name: string, issuer: string, host = 'web.example.org'): object {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name },
    spec: { secretName: `${name}-tls`, dnsNames: [host], issuerRef: { name: issuer, kind: 'ClusterIssuer' } },
  };
}

function gateway(name: string, gatewayClassName: string): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name },
    spec: { gatewayClassName, listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  };
}

function route(name: string, parent: string): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name },
    spec: { parentRefs: [{ name: parent }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
  };
}
