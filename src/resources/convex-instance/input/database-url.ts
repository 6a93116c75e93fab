import type { ConvexInstanceSpec } from '../convex-instance.schemas.ts';
import { databaseReference } from './references.ts';
import { keySourceOf, type Referents, valueAt } from './referents.ts';

/** A URL as Convex takes it, and the database that stood in it. */
export type PathlessUrl = { readonly url: string; readonly database: string };

/**
 * Convex finds its database by the INSTANCE_NAME and does not start with a URL that names one, as most URLs do. Nothing
 * when the URL is fine as it is, or is not one.
 */
export function withoutDatabase(url: string): PathlessUrl | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const database = decodeURIComponent(parsed?.pathname.slice(1) ?? '');
  if (!parsed || database === '') {
    return undefined;
  }
  parsed.pathname = '';
  return { url: parsed.href.replace(/\/(?=$|\?)/, ''), database };
}

/** The URL of the database without its path, where it has one. */
export function pathlessUrlOf(spec: ConvexInstanceSpec, referents: Referents): PathlessUrl | undefined {
  const source = databaseReference(spec);
  const url = source && valueAt(source, referents);
  return url === undefined ? undefined : withoutDatabase(url.trim());
}

/** INSTANCE_NAME as the backend gets it: it decides which admin key is right, and which database is used. */
export function instanceNameOf(spec: ConvexInstanceSpec, name: string, referents: Referents): string {
  const given = spec.backend.env?.findLast((variable) => variable.name === 'INSTANCE_NAME');
  const source = keySourceOf(given?.valueFrom);
  const referred = source && valueAt(source, referents);
  const own = spec.backend.db.databaseName || pathlessUrlOf(spec, referents)?.database;
  return (given && (given.value || referred)) || own || name.replaceAll('-', '_');
}
