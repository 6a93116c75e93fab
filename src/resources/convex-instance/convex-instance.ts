import { createCustomResourceDefinition } from '../../framework/framework.ts';
import { convexComponents } from './convex-instance.components.ts';
import { ConvexInstanceResource } from './convex-instance.resource.ts';
import { convexInstanceSpecSchema, convexInstanceStatusSchema } from './convex-instance.schemas.ts';
import { CONVEX_GROUP } from './input/names.ts';

/** ConvexInstance: a self-hosted Convex backend with its dashboard, its way in, its upgrades and restarts. */
export const convexInstanceDefinition = createCustomResourceDefinition({
  group: CONVEX_GROUP,
  version: 'v1alpha1',
  kind: 'ConvexInstance',
  names: {
    plural: 'convexinstances',
    singular: 'convexinstance',
    shortNames: ['convex'],
    categories: ['hearth'],
  },
  description: 'A self-hosted Convex: backend, dashboard, gateway, upgrades and restarts.',
  spec: convexInstanceSpecSchema,
  status: convexInstanceStatusSchema,
  printerColumns: [
    { name: 'Environment', type: 'string', jsonPath: '.spec.environment' },
    { name: 'Version', type: 'string', jsonPath: '.spec.version' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'URL', type: 'string', jsonPath: '.status.endpoints.apiUrl' },
  ],
  formerFinalizers: [`${CONVEX_GROUP}/finalizer`],
  components: convexComponents,
  rights: [
    {
      resource: 'secrets',
      deeds: ['read', 'watch', 'apply'],
      because: 'Its own with the keys; those that the spec names',
    },
    { resource: 'configmaps', deeds: ['watch'], because: 'Those that the spec names' },
    {
      group: 'apps',
      resource: 'statefulsets',
      deeds: ['read'],
      because: 'What runs decides what comes next, also when an earlier operator has made it',
    },
  ],
  create: (options) => new ConvexInstanceResource(options),
});
