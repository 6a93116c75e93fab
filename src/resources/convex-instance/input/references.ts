import { createHmac } from 'node:crypto';
import type { core } from '../../../framework/framework.ts';
import type { ConvexInstanceSpec } from '../convex-instance.schemas.ts';
import { configMapOf, keysOf, type ObjectStorage, resolveObjectStorage } from './object-storage.ts';
import { type KeySource, keyProblem, keySourceOf, type Referents, valueAt } from './referents.ts';

/** The names of all objects that a spec refers to. */
export type ReferenceNames = { readonly secrets: readonly string[]; readonly configMaps: readonly string[] };

/** What a spec's references come to. */
export type Resolved = {
  /** Everything that is wrong, one sentence each. */
  readonly problems: readonly string[];
  /** The TLS Secret that is not there yet: whoever issues the certificate may wait for the Gateway. */
  readonly missingTlsSecret: string | undefined;
  readonly storage: ObjectStorage | undefined;
  /** Every key whose value gets into the backend. */
  readonly used: readonly KeySource[];
};

/** A reference from an environment variable. */
type EnvReference = KeySource & { readonly optional: boolean };

/** All objects whose changes matter. */
export function referenceNames(spec: ConvexInstanceSpec): ReferenceNames {
  const { db, s3 } = spec.backend;
  const references = envReferences(spec.backend.env);
  const named = (from: KeySource['from']) => references.filter((each) => each.from === from).map(({ name }) => name);
  const secrets = [db.secretRef, s3.enabled && s3.secretRef, ownTlsSecret(spec), ...named('secret')];
  return {
    secrets: [...new Set(secrets.filter((name) => typeof name === 'string' && name !== ''))] as string[],
    configMaps: [...new Set([configMapOf(s3), ...named('configMap')].filter((name) => name !== undefined))],
  };
}

/** Looks at all references at once. */
export function resolveReferences(spec: ConvexInstanceSpec, referents: Referents): Resolved {
  const database = databaseReference(spec);
  const objectStorage = resolveObjectStorage(spec.backend.s3, referents);
  const storage = objectStorage.ok ? objectStorage.storage : undefined;
  const references = envReferences(spec.backend.env);
  const tls = ownTlsSecret(spec);
  const problems = [
    ...databaseProblems(spec, referents),
    ...(objectStorage.ok ? [] : objectStorage.problems),
    ...references.flatMap((each) => (each.optional ? [] : (keyProblem(each, referents) ?? []))),
  ];
  return {
    problems: [...new Set(problems)],
    missingTlsSecret: tls !== undefined && referents.secrets.get(tls) === undefined ? tls : undefined,
    storage,
    used: [...(database ? [database] : []), ...(storage ? keysOf(storage) : []), ...references],
  };
}

/** The key with the URL of the database, unless Convex keeps its documents in a file. */
export function databaseReference({ backend }: ConvexInstanceSpec): KeySource | undefined {
  const { engine, secretRef, urlKey } = backend.db;
  return engine !== 'sqlite' && secretRef && urlKey ? { from: 'secret', name: secretRef, key: urlKey } : undefined;
}

/**
 * Stands for the values of keys. Keyed with a secret of the instance, so that no value can be guessed from it; the same
 * in every release, so that an update of the operator restarts nothing.
 */
export function contentHash(secret: string, used: readonly KeySource[], referents: Referents): string {
  const lines = used.map((source) => [source.from, source.name, source.key, valueAt(source, referents) ?? null]);
  const sorted = [...new Set(lines.map((line) => JSON.stringify(line)))].sort();
  return `v1:${createHmac('sha256', secret).update(JSON.stringify(sorted)).digest('hex').slice(0, 32)}`;
}

/** The Secret that the own Gateway serves the host with. On a Gateway of somebody else, TLS is theirs. */
function ownTlsSecret({ networking }: ConvexInstanceSpec): string | undefined {
  return networking.parentRefs?.length ? undefined : networking.tlsSecretRef || undefined;
}

/** As the original does, a Secret that is named has to exist also where its URL is not used. */
function databaseProblems({ backend }: ConvexInstanceSpec, referents: Referents): string[] {
  const { engine, secretRef, urlKey } = backend.db;
  const missing = [
    [secretRef, 'db secret is required: set spec.backend.db.secretRef'],
    [urlKey, 'db urlKey is required: set spec.backend.db.urlKey'],
  ].flatMap(([value, problem]) => (engine === 'sqlite' || value ? [] : (problem ?? [])));
  return [...missing, ...databaseSecretProblems(secretRef, urlKey, referents)];
}

function databaseSecretProblems(name: string | undefined, key: string | undefined, referents: Referents): string[] {
  if (!name) {
    return [];
  }
  const isThere = referents.secrets.get(name) !== undefined;
  const problem = keyProblem({ from: 'secret', name, key: key ?? '' }, referents);
  return problem && (key || !isThere) ? [problem] : [];
}

function envReferences(env: readonly core.EnvVar[] = []): EnvReference[] {
  return env.flatMap(({ valueFrom }) => keySourceOf(valueFrom) ?? []);
}
