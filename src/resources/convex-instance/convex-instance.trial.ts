import { oracles } from '../../../src/framework/testing/conformance.ts';
import { convexEpisodes } from '../../../tests/conformance/convex-episodes.ts';
import type { KindTrial } from '../../../tests/conformance/kind-trial.ts';
import { SAMPLE_PRECONDITIONS, simulatedGateway } from '../../../tests/harness/convex.ts';

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
};
