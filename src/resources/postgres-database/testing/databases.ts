import type { Suite } from '../../../../tests/harness/suite.ts';
import { GROUP } from '../../group.ts';

/** A PostgresDatabase; without a spec when none is given, as in the oldest sample. */
export function postgresDatabase(
  name: string,
  spec?: Readonly<Record<string, unknown>>,
  annotations: Readonly<Record<string, string>> = {},
) {
  const metadata = { name, annotations };
  return { apiVersion: `${GROUP}/v1`, kind: 'PostgresDatabase', metadata, ...(spec ? { spec } : {}) };
}

/** Waits until a PostgresDatabase is Ready for its present generation, and returns the values of its Secret. */
export async function readyLogin(suite: Suite, name: string): Promise<Record<string, string>> {
  await suite.condition({ kind: 'postgresdatabase', name }, 'Ready', 'True');
  const { status } = await suite.get('postgresdatabase', name);
  return await suite.secret(String(status?.['secretName']));
}
