import type { PostgresHandle } from '../../testenv/src/postgres.ts';

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
