import { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { connectionError, type PostgresError, statementError } from './errors.ts';
import { type PostgresServer, revealPassword, tlsAttempts } from './server.ts';

/** How long to wait and how to be known. Times in milliseconds. */
export type ConnectOptions = {
  /** For TCP, TLS and login together, per attempt. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** For one statement. Default 15000. */
  readonly statementTimeoutMs?: number;
  /** Cuts the connection at once. */
  readonly signal?: AbortSignal;
  /** What `pg_stat_activity` shows. Default `hearth`. */
  readonly applicationName?: string;
};

/** A row with the columns that the statement names. */
export type Row = Readonly<Record<string, unknown>>;

/** An open connection. Several statements in one text without values run as one transaction. */
export type Connection = {
  /** @throws PostgresError */
  readonly query: <R extends Row>(text: string, values?: readonly unknown[]) => Promise<readonly R[]>;
};

/** What a login found out about the server and itself. */
export type ServerFacts = {
  /** For example 170002 for 17.2. */
  readonly version: number;
  readonly isSuperuser: boolean;
  readonly canCreateRole: boolean;
  readonly canCreateDb: boolean;
};

function statementTimeoutOf({ statementTimeoutMs = 15_000 }: ConnectOptions): number {
  return Math.trunc(statementTimeoutMs);
}

type Session = { readonly client: pg.Client; readonly socket: Socket };

function openSession(server: PostgresServer, ssl: ConnectionOptions | false, options: ConnectOptions): Session {
  const socket = new Socket();
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user: server.user,
    password: () => revealPassword(server.password),
    database: server.database,
    ssl,
    stream: () => socket,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    // The server's own limit comes first; this one is for a server that has gone away.
    query_timeout: statementTimeoutOf(options) + 1_000,
    application_name: options.applicationName ?? 'hearth',
  });
  // A connection that breaks between statements shows at the next statement.
  client.on('error', () => {});
  return { client, socket };
}

async function closeSession({ client, socket }: Session): Promise<void> {
  const impatient = setTimeout(() => socket.destroy(), 1_000);
  await client.end().catch(() => {});
  clearTimeout(impatient);
  socket.destroy();
}

/** As libpq does for `prefer`: without TLS when the server has none, or has no entry for this login with TLS. */
function worthRetryWithoutTls(error: PostgresError): boolean {
  const { reason, sqlState } = error;
  const handshake = reason === 'CanNotConnectToDatabase' && sqlState === undefined;
  return reason === 'TLSRefused' || sqlState === '28000' || handshake;
}

async function connectSession(server: PostgresServer, options: ConnectOptions): Promise<Session> {
  const attempts = tlsAttempts(server);
  for (const [index, ssl] of attempts.entries()) {
    const session = openSession(server, ssl, options);
    const abort = () => session.socket.destroy();
    options.signal?.addEventListener('abort', abort);
    try {
      await session.client.connect();
      // Not as a start-up parameter, which poolers such as PgBouncer refuse.
      await session.client.query(`SET statement_timeout = ${statementTimeoutOf(options)}`);
      return session;
    } catch (cause) {
      await closeSession(session);
      options.signal?.throwIfAborted();
      const error = connectionError(cause, server);
      if (index === attempts.length - 1 || !worthRetryWithoutTls(error)) {
        throw error;
      }
    } finally {
      options.signal?.removeEventListener('abort', abort);
    }
  }
  throw new Error('unreachable: there is always an attempt');
}

function connectionOf({ client }: Session, server: PostgresServer, signal: AbortSignal | undefined): Connection {
  return {
    query: async (text, values) => {
      signal?.throwIfAborted();
      try {
        const result = await client.query(text, values && [...values]);
        // Several statements in one text give several results; such texts are never asked for rows.
        return Array.isArray(result) ? [] : result.rows;
      } catch (cause) {
        signal?.throwIfAborted();
        throw statementError(cause, server);
      }
    },
  };
}

/**
 * Opens a connection, hands it to `use`, and ends it whatever happens. Nothing is pooled: administration is rare and must not
 * hold connections of a server that has few.
 *
 * @throws PostgresError when connecting or a statement fails; the signal's reason when aborted; what `use` throws.
 */
export async function withConnection<T>(
  server: PostgresServer,
  use: (connection: Connection) => Promise<T>,
  options: ConnectOptions = {},
): Promise<T> {
  const { signal } = options;
  signal?.throwIfAborted();
  const session = await connectSession(server, options);
  const abort = () => session.socket.destroy();
  signal?.addEventListener('abort', abort);
  try {
    return await use(connectionOf(session, server, signal));
  } finally {
    signal?.removeEventListener('abort', abort);
    await closeSession(session);
  }
}

/** The opener of connections as the rest of this client takes it, so that a test can put itself in between. */
export type Connect = typeof withConnection;

/** @throws PostgresError */
export async function readServerFacts(connection: Connection): Promise<ServerFacts> {
  const [facts] = await connection.query<ServerFacts>(
    `SELECT current_setting('server_version_num')::int AS version, rolsuper AS "isSuperuser",
            rolcreaterole AS "canCreateRole", rolcreatedb AS "canCreateDb"
       FROM pg_catalog.pg_roles WHERE rolname = current_user`,
  );
  return facts ?? { version: 0, isSuperuser: false, canCreateRole: false, canCreateDb: false };
}

/** Logs in and out again. @throws PostgresError saying why the login is not possible. */
export function checkLogin(server: PostgresServer, options: ConnectOptions = {}): Promise<ServerFacts> {
  return withConnection(server, readServerFacts, options);
}
