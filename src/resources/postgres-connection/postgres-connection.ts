import { createCustomResourceDefinition } from '../../framework/framework.ts';
import { GROUP } from '../group.ts';
import { PostgresConnectionResource } from './postgres-connection.resource.ts';
import { postgresConnectionSpecSchema, postgresConnectionStatusSchema } from './postgres-connection.schemas.ts';

/** PostgresConnection: an administrator's login to a PostgreSQL server, checked. */
export const postgresConnectionDefinition = createCustomResourceDefinition({
  group: GROUP,
  version: 'v1',
  kind: 'PostgresConnection',
  names: {
    plural: 'postgresconnections',
    singular: 'postgresconnection',
    shortNames: ['pgconn'],
    categories: ['hearth'],
  },
  description: 'A login to a PostgreSQL server, taken from a Secret. Ready while the login succeeds.',
  spec: postgresConnectionSpecSchema,
  status: postgresConnectionStatusSchema,
  printerColumns: [
    { name: 'Host', type: 'string', jsonPath: '.status.host' },
    { name: 'Version', type: 'string', jsonPath: '.status.serverVersion' },
  ],
  crossesNamespaces: true,
  rights: [
    { resource: 'secrets', deeds: ['read', 'watch'], because: 'The Secret with the login, which the spec names' },
  ],
  create: (options) => new PostgresConnectionResource(options),
});
