import { createCustomResourceDefinition } from '../../src/framework/framework.ts';
import { GROUP } from '../../src/resources/group.ts';
import { ExternalThingResource } from './external-thing.resource.ts';
import { externalThingSpecSchema, externalThingStatusSchema } from './external-thing.schemas.ts';

/** ExternalThing: a row of a table in PostgreSQL, kept in step with the spec. */
export const externalThingDefinition = createCustomResourceDefinition({
  group: GROUP,
  version: 'v1',
  kind: 'ExternalThing',
  names: { plural: 'externalthings', singular: 'externalthing' },
  description: 'Keeps a row of a table in PostgreSQL.',
  spec: externalThingSpecSchema,
  status: externalThingStatusSchema,
  printerColumns: [{ name: 'Row', type: 'string', jsonPath: '.status.row' }],
  finalizes: 'the row',
  rights: [
    { resource: 'secrets', deeds: ['read', 'watch'], because: 'The login that the spec names' },
    {
      resource: 'namespaces',
      names: ['kube-system'],
      deeds: ['read'],
      place: { namespace: 'kube-system' },
      because: 'Its UID tells clusters apart that write into the same table',
    },
  ],
  create: (options) => new ExternalThingResource(options),
});
