import { dirname } from 'node:path';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { reasonAgainst } from '../../testenv/src/capabilities.ts';
import { goComplaint, nodeComplaint, platformComplaint } from '../../testenv/src/guard.ts';
import { attachTestenv, startTestenv } from '../../testenv/src/testenv.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the guard', () => {
  test('accepts the Node and Go that are new enough', () => {
    expect(nodeComplaint('22.19.0')).toBeUndefined();
    expect(nodeComplaint('24.1.0')).toBeUndefined();
    expect(goComplaint('go1.26')).toBeUndefined();
    expect(goComplaint('go1.30.2')).toBeUndefined();
    expect(platformComplaint('linux')).toBeUndefined();
  });

  test('names the version that is too old, the one that is needed, and what to do', () => {
    expect(nodeComplaint('22.18.1')).toMatch(
      /needs Node 22\.19 or newer, and this is 22\.18\.1: run it with .*npm install/,
    );
    expect(nodeComplaint('20.20.2')).toContain('this is 20.20.2');
    expect(goComplaint('go1.25.4')).toMatch(
      /needs Go 1\.26 or newer, and this is go1\.25\.4: install Go .*USE_EXISTING/,
    );
    expect(goComplaint(undefined)).toMatch(/there is none in PATH: install Go/);
    expect(platformComplaint('darwin')).toMatch(/this is darwin: set USE_EXISTING_CLUSTER/);
  });
});

describe('the environment', () => {
  test('USE_EXISTING_CLUSTER=true takes the ambient kubeconfig and says what it cannot do', async () => {
    vi.stubEnv('USE_EXISTING_CLUSTER', 'true');
    vi.stubEnv('KUBECONFIG', inject('testenv').kubeconfig);
    const testenv = await startTestenv();
    try {
      expect(testenv.profile).toBe('existing');
      expect((await testenv.request({ path: '/version' })).body.major).toBe('1');
      expect(testenv.can('controllers')).toBe(true);
      expect(testenv.reasonAgainst('pods', 'faults')).toBe(
        'no faults: USE_EXISTING_CLUSTER=true: this cluster is not ours',
      );
      expect(() => testenv.audit).toThrow('no audit: USE_EXISTING_CLUSTER=true');
      await expect(testenv.kill('etcd')).rejects.toThrow('no faults: USE_EXISTING_CLUSTER=true');
    } finally {
      await testenv.stop();
    }
    const ours = attachTestenv(inject('testenv'));
    expect((await ours.request({ path: '/version' })).status, 'its stop left the cluster alone').toBe(200);
  });

  // An existing cluster brings no binaries that could stand in for somebody's KUBEBUILDER_ASSETS.
  const reason = reasonAgainst(inject('testenv'), ['faults']);
  test.skipIf(reason)(
    `KUBEBUILDER_ASSETS runs its etcd and kube-apiserver, without controllers${reason ? ` [skipped: ${reason}]` : ''}`,
    async () => {
      vi.stubEnv('KUBEBUILDER_ASSETS', dirname(inject('testenv').kubectl));
      const testenv = await startTestenv({ progress: () => undefined });
      try {
        expect(testenv.profile).toBe('api');
        expect(Object.keys(await testenv.components()).sort()).toEqual(['etcd', 'kube-apiserver']);
        expect((await testenv.request({ path: '/readyz' })).body).toBe('ok');
        expect(testenv.can('third-party-definitions')).toBe(true);
        expect(testenv.reasonAgainst('pods')).toBe('no pods: only etcd and kube-apiserver run (profile api)');
      } finally {
        await testenv.stop();
      }
    },
  );

  test('KUBEBUILDER_ASSETS without the binaries is refused by name', async () => {
    vi.stubEnv('KUBEBUILDER_ASSETS', '/nonexistent');
    await expect(startTestenv()).rejects.toThrow('/nonexistent lacks etcd and kube-apiserver and kubectl');
  });
});
