import { expect } from 'vitest';
import { oracles } from '../../../src/framework/testing/conformance.ts';
import type { KindTrial } from '../../../tests/conformance/kind-trial.ts';
import type { Version } from '../../../tests/faults/fault-kind.ts';
import { openAdminKey } from '../../../tests/stand-ins/convex/admin-key.ts';
import { convexInstance, SAMPLE_PRECONDITIONS, simulatedGateway } from './testing/convex.ts';
import { convexEpisodes } from './testing/convex-episodes.ts';

const image = (version: Version) => `example/backend:${version}`;

export const trial: KindTrial = {
  surroundings: async () => ({ objects: SAMPLE_PRECONDITIONS }),
  adapt: (sample) => simulatedGateway(sample),
  // The smallest one, and one with references of all sorts. All have the same parts, and two minutes are not exceeded.
  only: {
    'convex-sample': oracles,
    'convex-prod': ['silence', 'children', 'stale cache', 'foreign fields'],
  },
  unrepaired: [
    {
      fields: '/f:spec/f:template/f:metadata/f:annotations/f:convex.icod.de/restart-trigger',
      because: 'whoever changes it restarts the pods, and to put it back would restart them once more',
    },
  ],
  episodes: convexEpisodes,
  faults: {
    manifest: (name, version) =>
      convexInstance(name, {
        version,
        backend: { image: image(version), db: { engine: 'sqlite' }, storage: { pvc: { enabled: true, size: '1Gi' } } },
        dashboard: { enabled: false },
      }),
    secretOf: (name) => `${name}-convex-secrets`,
    expectInLine: async (suite, { metadata, status }, version) => {
      const { name } = metadata;
      expect(status?.['revision']).toEqual({ image: image(version), version });
      const { spec, status: pods } = await suite.get('statefulset', `${name}-backend`);
      expect(JSON.stringify(spec)).toContain(`"image":"${image(version)}"`);
      expect(pods).toMatchObject({ readyReplicas: 1, updatedReplicas: 1 });
      const { adminKey = '', instanceSecret = '' } = await suite.secret(`${name}-convex-secrets`);
      const instance = { name: name.replaceAll('-', '_'), secret: Buffer.from(instanceSecret, 'hex') };
      expect(openAdminKey(adminKey, instance)).toEqual({ readOnly: false });
    },
  },
};
