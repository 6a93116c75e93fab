import { z } from 'zod';
import { namespacedNameSchema } from '../../builders/namespaced-name.ts';
import { rule } from '../../framework/framework.ts';

const identifier = (description: string) =>
  z.string().min(1).max(63).optional().describe(`${description} At most 63 bytes. Cannot be changed later.`);

const fields = z.object({
  connection: namespacedNameSchema(
    'The PostgresConnection to the server, as name or namespace/name. It need not be Ready.',
  ).optional(),
  secretRef: namespacedNameSchema(
    'A Secret with an administrator login to the server, as name or namespace/name, instead of a connection. Its keys are those of the Secret of a PostgresConnection.',
  ).optional(),
  cluster: namespacedNameSchema('A PostgresCluster, as name or namespace/name. Not supported yet.').optional(),
  environment: z.string().max(253).optional().describe('An Environment. Not supported yet.'),
  database: identifier(
    'The name of the database; by default <namespace>_<name>, with _ for what is not a letter or digit.',
  ),
  role: identifier('The name of the role that owns the database; by default as the database.'),
  secretName: z
    .string()
    .max(253)
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
    .optional()
    .describe(
      'The Secret with the login; by default postgres-database-<name> with connection, <name>-connection with secretRef. Cannot be changed later.',
    ),
  extensions: z
    .array(z.string().min(1).max(63))
    .max(64)
    .default([])
    .meta({ 'x-kubernetes-list-type': 'set' })
    .describe('Extensions that the database has, with those they need. Those left out later stay.'),
  schemas: z
    .array(z.string().min(1).max(63))
    .max(64)
    .default([])
    .meta({ 'x-kubernetes-list-type': 'set' })
    .describe('Schemas that the role owns, beside public. Those left out later stay.'),
  adopt: z
    .boolean()
    .default(false)
    .describe('Whether a database, a role and a Secret of these names that Hearth did not make may be taken over.'),
  deletionPolicy: z
    .enum(['Retain', 'Delete'])
    .default('Retain')
    .describe('What becomes of database, role and Secret when this object is deleted: Retain keeps them all.'),
});

export const postgresDatabaseSpecSchema = ['database', 'role', 'secretName'].reduce(
  (schema, field) =>
    rule(schema, {
      rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
      message: `${field} cannot be changed: it would leave the old one behind`,
    }),
  fields,
);

export const postgresDatabaseStatusSchema = z.object({
  database: z.string().optional().describe('The name of the database.'),
  role: z.string().optional().describe('The name of the role that owns it.'),
  secretName: z.string().optional().describe('The Secret with the login.'),
  host: z.string().optional().describe('Host and port of the server.'),
});
