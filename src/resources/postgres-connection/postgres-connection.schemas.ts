import { z } from 'zod';
import { namespacedNameSchema } from '../../builders/namespaced-name.ts';
import { sslModes } from '../../clients/postgres/credentials.ts';

export const postgresConnectionSpecSchema = z.object({
  secret: namespacedNameSchema(
    'The Secret with the login, as name or namespace/name. Keys: host, user (or username) and password; optional are port (5432), database (postgres), sslmode and ca.crt.',
  ),
  sslMode: z
    .enum(sslModes)
    .optional()
    .describe("How TLS is used, in libpq's words. Without it, the Secret's key sslmode counts, and then prefer."),
});

export const postgresConnectionStatusSchema = z.object({
  host: z.string().optional().describe('Host and port of the server.'),
  serverVersion: z.string().optional().describe('The version of PostgreSQL that answered.'),
});
