import { expect } from 'vitest';
import { definitions } from '../../src/resources/resources.ts';
import { convexInstance } from '../harness/convex.ts';
import { postgresConnection, postgresDatabase } from '../harness/postgres-manifests.ts';
import { query, whoAmI } from '../harness/postgres-server.ts';
import type { SeenObject, Suite } from '../harness/suite.ts';
import { openAdminKey } from '../stand-ins/convex/admin-key.ts';

/** A version of an object's spec: as it was made, and as it is after somebody changed it. */
export type Version = 'made' | 'changed';

/** How a kind takes part in the fault matrix. */
export type FaultKind = {
  readonly manifest: (name: string, version: Version) => { readonly metadata: { readonly name: string } };
  /** The Secret that belongs to an object, if any: no value in it may ever change. */
  readonly secretOf?: (name: string) => string;
  /** The name of the database and role on the server that belong to an object, if any. */
  readonly databaseOf?: (namespace: string, name: string) => string;
  /** Expects that what the object stands for is there, in the given version. */
  readonly expectInLine: (suite: Suite, object: SeenObject, version: Version) => Promise<void>;
};

const image = (version: Version) => `example/backend:${version}`;

const fields = (version: Version) => [{ name: 'first' }, ...(version === 'changed' ? [{ name: 'second' }] : [])];

/** Every registered kind. A new one takes part by an entry here, and a test insists on it. */
export const FAULT_KINDS: Readonly<Record<string, FaultKind>> = {
  ConvexInstance: {
    manifest: (name, version) =>
      convexInstance(name, {
        version,
        backend: { image: image(version), db: { engine: 'sqlite' }, storage: { pvc: { enabled: true, size: '1Gi' } } },
        dashboard: { enabled: false },
      }),
    secretOf: (name) => `${name}-convex-secrets`,
    expectInLine: async (suite, { metadata, status }, version) => {
      const { name } = metadata;
      expect(status?.['revision']).toEqual({ image: image(version), version });
      const { spec, status: pods } = await suite.get('statefulset', `${name}-backend`);
      expect(JSON.stringify(spec)).toContain(`"image":"${image(version)}"`);
      expect(pods).toMatchObject({ readyReplicas: 1, updatedReplicas: 1 });
      const { adminKey = '', instanceSecret = '' } = await suite.secret(`${name}-convex-secrets`);
      const instance = { name: name.replaceAll('-', '_'), secret: Buffer.from(instanceSecret, 'hex') };
      expect(openAdminKey(adminKey, instance)).toEqual({ readOnly: false });
    },
  },
  GenerateSecret: {
    manifest: (name, version) => ({
      apiVersion: 'homelab.mortenolsen.pro/v1',
      kind: 'GenerateSecret',
      metadata: { name },
      spec: { fields: fields(version) },
    }),
    secretOf: (name) => name,
    expectInLine: async (suite, { metadata }, version) => {
      const values = await suite.secret(metadata.name);
      expect(Object.keys(values).sort()).toEqual(fields(version).map((field) => field.name));
    },
  },
  PostgresConnection: {
    manifest: (name, version) => {
      return postgresConnection(name, { secret: 'db-login', ...(version === 'changed' ? { sslMode: 'disable' } : {}) });
    },
    expectInLine: async (_suite, { status }) => {
      expect(status?.['serverVersion']).toBeTruthy();
    },
  },
  PostgresDatabase: {
    manifest: (name, version) => {
      const schemas = version === 'changed' ? ['app'] : [];
      return postgresDatabase(name, { connection: 'db', deletionPolicy: 'Delete', schemas });
    },
    secretOf: (name) => `postgres-database-${name}`,
    databaseOf: (namespace, name) => `${namespace}_${name}`.replaceAll('-', '_'),
    expectInLine: async (suite, { metadata, status }, version) => {
      const { url = '' } = await suite.secret(`postgres-database-${metadata.name}`);
      expect(await whoAmI(url)).toEqual({ user: status?.['role'], database: status?.['database'] });
      const schemas = await query(url, "SELECT 1 FROM pg_namespace WHERE nspname = 'app'");
      expect(schemas).toHaveLength(version === 'changed' ? 1 : 0);
    },
  },
};

/** Every registered kind with its entry, and where it is served. @throws Error when it has none. */
export function faultKinds(): { kind: string; plural: string; root: string; entry: FaultKind }[] {
  return definitions.map(({ kind, names, group, version }) => {
    const entry = FAULT_KINDS[kind];
    if (!entry) {
      throw new Error(`${kind} takes no part in the fault matrix: give it an entry in tests/faults/kinds.ts`);
    }
    return { kind, plural: names.plural, root: `/apis/${group}/${version}`, entry };
  });
}
