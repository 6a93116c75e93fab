import type { PostgresHandle } from '../../../../testenv/src/postgres.ts';
import { loginOf, secret, type Values } from '../../../../tests/harness/postgres-login.ts';
import { GROUP } from '../../group.ts';

export function postgresConnection(name: string, spec: Readonly<Record<string, unknown>>) {
  return { apiVersion: `${GROUP}/v1`, kind: 'PostgresConnection', metadata: { name }, spec };
}

/** The connection `db` to a server, with its Secret `db-login`. */
export function connectionTo(server: PostgresHandle, changes: Values = {}) {
  return [secret('db-login', { ...loginOf(server), ...changes }), postgresConnection('db', { secret: 'db-login' })];
}
