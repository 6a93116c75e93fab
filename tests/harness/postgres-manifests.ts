import type { PostgresHandle } from '../../testenv/src/postgres.ts';

const API_VERSION = 'homelab.mortenolsen.pro/v1';

/** The values of a Secret by key. */
export type Values = Readonly<Record<string, string>>;

/** What a Secret with the administrator's login to a server holds. */
export function loginOf({ host, port, user, password }: PostgresHandle): Values {
  return { host, port: String(port), user, password };
}

/** A Secret. Its values stand in `data`, so that applying it again also takes keys away. */
export function secret(name: string, values: Values) {
  const entries = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: Object.fromEntries(entries) };
}

export function postgresConnection(name: string, spec: Readonly<Record<string, unknown>>) {
  return { apiVersion: API_VERSION, kind: 'PostgresConnection', metadata: { name }, spec };
}

/** A PostgresDatabase; without a spec when none is given, as in the oldest sample. */
export function postgresDatabase(
  name: string,
  spec?: Readonly<Record<string, unknown>>,
  annotations: Readonly<Record<string, string>> = {},
) {
  const metadata = { name, annotations };
  return { apiVersion: API_VERSION, kind: 'PostgresDatabase', metadata, ...(spec ? { spec } : {}) };
}

/** The connection `db` to a server, with its Secret `db-login`. */
export function connectionTo(server: PostgresHandle, changes: Values = {}) {
  return [secret('db-login', { ...loginOf(server), ...changes }), postgresConnection('db', { secret: 'db-login' })];
}
