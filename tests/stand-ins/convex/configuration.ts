import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from './admin-key.ts';

/** Variables of the image; those that are empty count as unset. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Why a backend does not start: a sentence without any secret. */
export class RefusedStart extends Error {
  override readonly name = 'RefusedStart';
}

/** What the variables and the volume make of a backend. */
export interface Configuration {
  readonly instance: Instance;
  readonly version: string;
  readonly folders: { readonly data: string; readonly archives: string; readonly files: string };
  readonly fileStorage: 'local' | 's3';
  /** The database that the variables name, which has to listen; nothing for the volume alone. */
  readonly database?: { readonly host: string; readonly port: number };
  readonly metrics: boolean;
}

/**
 * Reads variables and volume as the start script of Convex's image and its program do.
 *
 * @throws RefusedStart on what the real ones refuse.
 */
export function readConfiguration(variables: Variables): Configuration {
  const data = variables['DATA_DIR'] || '/convex/data';
  const storage = variables['STORAGE_DIR'] || join(data, 'storage');
  const folders = { data, archives: join(storage, 'exports'), files: join(storage, 'files') };
  makeFolders([variables['TMPDIR'] || join(data, 'tmp'), folders.archives, folders.files]);
  for (const name of ['CONVEX_CLOUD_ORIGIN', 'CONVEX_SITE_ORIGIN']) requireOrigin(name, variables[name]);
  const database = databaseOf(variables);
  return {
    instance: readCredentials(variables, variables['CREDENTIALS_DIR'] || join(data, 'credentials')),
    version: variables['CONVEX_RELEASE_VERSION_DEV'] || 'unknown',
    folders,
    fileStorage: bucketVariables.every((name) => variables[name]) ? 's3' : 'local',
    ...(database && { database }),
    metrics: variables['DISABLE_METRICS_ENDPOINT'] !== 'true',
  };
}

const bucketVariables = [
  'AWS_REGION',
  ...['EXPORTS', 'SNAPSHOT_IMPORTS', 'MODULES', 'FILES', 'SEARCH'].map((use) => `S3_STORAGE_${use}_BUCKET`),
];

/** A volume that cannot be written to ends the start script. */
function makeFolders(folders: readonly string[]): void {
  try {
    for (const folder of folders) mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new RefusedStart(`the data folder cannot be used: ${String(error)}`, { cause: error });
  }
}

/** Name and secret: from variables, else from the volume, else new; what is taken is on the volume afterwards. */
function readCredentials(variables: Variables, folder: string): Instance {
  const kept = (file: string) => {
    const path = join(folder, file);
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  };
  const name = variables['INSTANCE_NAME'] || kept('instance_name') || 'convex-self-hosted';
  const secret = variables['INSTANCE_SECRET'] || kept('instance_secret') || randomBytes(32).toString('hex');
  makeFolders([folder]);
  writeFileSync(join(folder, 'instance_secret'), `${secret}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'instance_name'), `${name}\n`);
  if (!/^[0-9a-f]{64}$/i.test(secret)) throw new RefusedStart('INSTANCE_SECRET is not 32 bytes in hexadecimal digits');
  return { name, secret: Buffer.from(secret, 'hex') };
}

function requireOrigin(name: string, value = ''): void {
  if (value === '' || /^https?:\/\//.test(value)) return;
  throw new RefusedStart(`${name} is ${JSON.stringify(value)}, and has to be empty or begin with http:// or https://`);
}

const databases = [
  { variable: 'POSTGRES_URL', protocols: ['postgres:', 'postgresql:'], port: 5432 },
  { variable: 'MYSQL_URL', protocols: ['mysql:'], port: 3306 },
  { variable: 'DATABASE_URL', protocols: ['postgres:', 'postgresql:'], port: 5432 },
];

function databaseOf(variables: Variables): Configuration['database'] {
  const chosen = databases.find(({ variable }) => variables[variable]);
  if (chosen === undefined) return undefined;
  const { variable, protocols, port } = chosen;
  const text = variables[variable] ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !protocols.includes(url.protocol)) throw new RefusedStart(`${variable} is no such URL`);
  if (url.username === '') throw new RefusedStart(`${variable} has no user name`);
  if (!['', '/'].includes(url.pathname)) {
    throw new RefusedStart(`${variable} names a database; it has to end after the port, the instance's name is taken`);
  }
  return { host: url.hostname.replaceAll(/[[\]]/g, ''), port: Number(url.port || port) };
}
