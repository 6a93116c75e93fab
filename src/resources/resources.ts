import type { AnyDefinition } from '../framework/framework.ts';
import { convexInstanceDefinition } from './convex-instance/convex-instance.ts';
import { generateSecretDefinition } from './generate-secret/generate-secret.ts';
import { postgresConnectionDefinition } from './postgres-connection/postgres-connection.ts';
import { postgresDatabaseDefinition } from './postgres-database/postgres-database.ts';

/** Every kind that Hearth runs. */
export const definitions: readonly AnyDefinition[] = [
  // Each has a line of its own, however few there are.
  convexInstanceDefinition,
  generateSecretDefinition,
  postgresConnectionDefinition,
  postgresDatabaseDefinition,
];
