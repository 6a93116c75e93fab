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
  uses: {
    makes: [{ apiVersion: 'v1', kind: 'Secret' }],
    reads: [
      { apiVersion: `${GROUP}/v1`, kind: 'PostgresConnection' },
      { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' },
    ],
    cleansUp: true,
  },
  create: (options) => new PostgresDatabaseResource(options),
});
