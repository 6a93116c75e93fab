import { createCustomResourceDefinition } from '../../framework/framework.ts';
import { GROUP } from '../group.ts';
import { specProblems } from './postgres-database.input.ts';
import { PostgresDatabaseResource } from './postgres-database.resource.ts';
import { postgresDatabaseSpecSchema, postgresDatabaseStatusSchema } from './postgres-database.schemas.ts';

/** PostgresDatabase: a database on an existing server, with a role of its own and a Secret to log in. */
export const postgresDatabaseDefinition = createCustomResourceDefinition({
  group: GROUP,
  version: 'v1',
  kind: 'PostgresDatabase',
  names: { plural: 'postgresdatabases', singular: 'postgresdatabase', shortNames: ['pgdb'], categories: ['hearth'] },
  description: 'A database on an existing PostgreSQL server, the role that owns it, and a Secret with its login.',
  spec: postgresDatabaseSpecSchema,
  status: postgresDatabaseStatusSchema,
  printerColumns: [
    { name: 'Database', type: 'string', jsonPath: '.status.database' },
    { name: 'Secret', type: 'string', jsonPath: '.status.secretName' },
    { name: 'Host', type: 'string', jsonPath: '.status.host', priority: 1 },
  ],
  parts: ['Secret', 'Database'],
  validate: specProblems,
  admittedReasons: ['MissingConnection', 'NotSupported'],
  crossesNamespaces: true,
  finalizes: 'the database and the role on the server',
  rights: [
    {
      group: GROUP,
      resource: 'postgresconnections',
      deeds: ['watch'],
      because: 'The connection that the spec names',
    },
    {
      resource: 'secrets',
      deeds: ['read', 'watch', 'apply'],
      because: "The Secret that holds the login; the administrator's is only read",
    },
    {
      resource: 'namespaces',
      names: ['kube-system'],
      deeds: ['read'],
      place: { namespace: 'kube-system' },
      because: 'Its UID tells clusters apart in the databases that they share',
    },
  ],
  create: (options) => new PostgresDatabaseResource(options),
});
