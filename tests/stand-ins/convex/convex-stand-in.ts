import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { issueAdminKey } from './admin-key.ts';
import { type Configuration, RefusedStart, readConfiguration, type Variables } from './configuration.ts';
import { Exports } from './exports.ts';
import { close, createActionsServer, createApiServer, listen } from './http-server.ts';
import { Store } from './store.ts';
import { Uploads } from './uploads.ts';

/** How to start a stand-in. */
export interface StandInOptions {
  /** Of the API; 0 takes a free one. */
  readonly port: number;
  /** Of HTTP actions; default a free one. */
  readonly sitePort?: number;
  /** Those of the image: `DATA_DIR`, `INSTANCE_NAME`, `INSTANCE_SECRET` and so on. */
  readonly variables: Variables;
  /** Passes before the stand-in listens. */
  readonly beforeListening?: () => Promise<void>;
  /** Holds every export up while it is in progress, or makes it fail by throwing. */
  readonly beforeExport?: () => Promise<void>;
  readonly log?: (line: string) => void;
}

/** A running stand-in. */
export interface ConvexStandIn {
  readonly url: string;
  readonly siteUrl: string;
  /** A new key that it accepts. */
  adminKey(options?: { readonly readOnly?: boolean }): string;
  /** Answers what has been asked, then ends; exports that are under way begin again at the next start. */
  stop(): Promise<void>;
}

/**
 * Starts a server that plays Convex's self-hosted backend by its published API and keeps its data in `DATA_DIR`.
 *
 * @throws RefusedStart on what the real backend does not start with.
 */
export async function startConvexStandIn(options: StandInOptions): Promise<ConvexStandIn> {
  const { port, sitePort = 0, log = () => {}, beforeListening, beforeExport = async () => {} } = options;
  const configuration = readConfiguration(options.variables);
  const { instance, folders, version } = configuration;
  log(`Convex stand-in ${version} for ${instance.name}: written from the published API of Convex; this is not Convex`);
  if (configuration.database) await requireListener(configuration.database);
  const store = openStore(configuration);
  await beforeListening?.();
  const exports = new Exports(store, folders, beforeExport);
  const services = { configuration, store, exports, uploads: new Uploads(store, folders.files) };
  const servers = { api: createApiServer(services), site: createActionsServer() };
  const ports = { api: await listen(servers.api, port), site: await listen(servers.site, sitePort) };
  log(`listening on ports ${ports.api} and ${ports.site}`);
  return {
    url: `http://127.0.0.1:${ports.api}`,
    siteUrl: `http://127.0.0.1:${ports.site}`,
    adminKey: (how) => issueAdminKey(instance, how),
    stop: async () => {
      exports.stop();
      await Promise.all([close(servers.api), close(servers.site)]);
    },
  };
}

/** Files cannot move between folder and buckets, nor between instances in buckets. */
function openStore({ folders, fileStorage, instance }: Configuration): Store {
  const wanted = fileStorage === 's3' ? { kind: fileStorage, instance: instance.name } : { kind: fileStorage };
  const store = Store.open(join(folders.data, 'convex-stand-in.json'), wanted);
  const found = store.contents.fileStorage;
  if (JSON.stringify(found) === JSON.stringify(wanted)) return store;
  throw new RefusedStart(`the data has its files in ${describe(found)}, and is asked for ${describe(wanted)}`);
}

function describe(storage: { readonly kind: string; readonly instance?: string }): string {
  return storage.instance === undefined ? storage.kind : `${storage.kind} of ${storage.instance}`;
}

/** The stand-in has no client for databases: it looks whether somebody listens there. */
async function requireListener(database: { readonly host: string; readonly port: number }): Promise<void> {
  const socket = connect({ ...database, timeout: 10_000 });
  socket.once('timeout', () => socket.destroy(new Error('no answer in 10 s')));
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw new RefusedStart(`the database does not answer: ${String(error)}`, { cause: error });
  } finally {
    socket.destroy();
  }
}
