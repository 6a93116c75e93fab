import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from './api-error.ts';
import type { Configuration } from './configuration.ts';
import type { Exports } from './exports.ts';
import { parseImportWish, performImport } from './imports.ts';
import { type Query, runQuery, type Sources } from './queries.ts';

/** What a route needs to answer. */
export interface Services extends Sources {
  readonly configuration: Configuration;
  readonly exports: Exports;
}

/** A request that has passed the check of its key. */
export interface Call {
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** What the path has after the route's own. */
  readonly rest: string;
}

/** An answer: text as it is, bytes as a download, everything else as JSON. */
export type Answer = string | { readonly download: Buffer; readonly name: string } | object;

interface Route {
  readonly method: 'GET' | 'POST';
  /** A path; one that ends in a slash is a prefix. */
  readonly path: string;
  readonly access: 'anybody' | 'reader' | 'writer';
  answer(services: Services, call: Call): Answer;
}

/** Convex's paths, as far as an operator and its jobs use them. */
const routes: readonly Route[] = [
  open('/', () => "Convex stand-in: running. This is a part of Hearth's tests, not Convex.\n"),
  open('/version', ({ configuration }) => configuration.version),
  open('/instance_version', ({ configuration }) => configuration.version),
  open('/instance_name', ({ configuration }) => configuration.instance.name),
  open('/metrics', ({ configuration }) => {
    if (!configuration.metrics) throw new ApiError('metrics are disabled', { code: 'NotFound' });
    return `# TYPE convex_stand_in_info gauge\nconvex_stand_in_info{version="${configuration.version}"} 1\n`;
  }),
  { method: 'GET', path: '/api/check_admin_key', access: 'reader', answer: () => ({ success: true }) },
  { method: 'POST', path: '/api/query', access: 'reader', answer: (services, { body }) => query(services, body) },
  write('/api/export/request/zip', ({ exports }, { parameters }) => {
    exports.request(parameters['includeStorage'] === 'true');
    return '';
  }),
  {
    method: 'GET',
    path: '/api/export/zip/',
    access: 'writer',
    answer: ({ exports }, { rest }) => {
      const { content, name } = exports.archive(rest);
      return { download: content, name };
    },
  },
  write('/api/import', ({ store, configuration }, { parameters, body }) => {
    const wish = parseImportWish(parameters);
    return { numWritten: performImport(store, configuration.folders.files, { wish, body }) };
  }),
  write('/api/import/start_upload', ({ uploads }) => ({ uploadToken: uploads.start() })),
  write('/api/import/upload_part', ({ uploads }, { parameters, body }) => {
    const { uploadToken = '', partNumber = '' } = parameters;
    return { json: uploads.addPart(uploadToken, partNumber, body) };
  }),
  write('/api/import/finish_upload', ({ uploads }, { body }) => ({ importId: uploads.finish(objectIn(body)) })),
  write('/api/perform_import', ({ uploads }, { body }) => {
    uploads.perform(String(objectIn(body)['importId']));
    return '';
  }),
  {
    method: 'GET',
    path: '/api/storage/',
    access: 'anybody',
    answer: ({ store, configuration }, { rest }) => {
      const isThere = store.contents.files.some(({ _id }) => _id === rest);
      if (!isThere) throw new ApiError('there is no such file', { code: 'NotFound' });
      return { download: readFileSync(join(configuration.folders.files, rest)), name: rest };
    },
  },
];

/** The route for a request: the longest path that fits. */
export function routeOf(method: string | undefined, path: string): Route {
  const [found] = routes
    .filter((route) => route.method === method && fits(route.path, path))
    .sort((a, b) => b.path.length - a.path.length);
  if (found === undefined) throw new ApiError(`the stand-in has nothing at ${path}`, { code: 'NotFound' });
  return found;
}

function fits(route: string, path: string): boolean {
  return route !== '/' && route.endsWith('/') ? path.startsWith(route) : path === route;
}

function open(path: string, answer: Route['answer']): Route {
  return { method: 'GET', path, access: 'anybody', answer };
}

function write(path: string, answer: Route['answer']): Route {
  return { method: 'POST', path, access: 'writer', answer };
}

function query(services: Services, body: Buffer): object {
  const { path, args = {}, format } = objectIn(body);
  if (typeof path !== 'string') throw new ApiError('the body has no path', { code: 'BadJsonBody' });
  const parsed: Query = { path, args: args as Query['args'], ...(typeof format === 'string' && { format }) };
  return runQuery(services, parsed);
}

function objectIn(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw new ApiError('the body is no JSON', { code: 'BadJsonBody', cause });
  }
  throw new ApiError('the body is no JSON object', { code: 'BadJsonBody' });
}
