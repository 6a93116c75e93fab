import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type PostgresHandle, startPostgres } from '../../../testenv/src/postgres.ts';
import { checkLogin, withConnection } from './connect.ts';
import type { PostgresServer, SslMode } from './server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

function serverOf(
  { host, port, user, password, database }: PostgresHandle,
  mode: SslMode,
  ca?: string,
): PostgresServer {
  return { host, port, user, password, database, ssl: ca === undefined ? { mode } : { mode, ca } };
}

async function sessions(server: PostgresServer): Promise<number> {
  return withConnection(server, async (connection) => {
    const rows = await connection.query(
      "SELECT FROM pg_stat_activity WHERE application_name LIKE 'hearth%' AND pid <> pg_backend_pid()",
    );
    return rows.length;
  });
}

const expectNoSessions = (server: PostgresServer) =>
  vi.waitFor(async () => expect(await sessions(server)).toBe(0), { timeout: 20_000 });

describe('a server without TLS', () => {
  let handle: PostgresHandle;
  let admin: PostgresServer;
  beforeAll(async () => {
    handle = await startPostgres({ settings: { max_connections: '12', superuser_reserved_connections: '1' } });
    admin = serverOf(handle, 'prefer');
  });
  afterAll(() => handle.stop());

  test('a login tells version and rights', async () => {
    const facts = await checkLogin(admin);
    expect(facts).toMatchObject({ isSuperuser: true, canCreateRole: true, canCreateDb: true });
    expect(facts.version).toBeGreaterThan(130_000);
  });

  test('a password wrapper is asked only for the login', async () => {
    const reveal = vi.fn(() => handle.password);
    await checkLogin({ ...admin, ssl: { mode: 'disable' }, password: { reveal } });
    expect(reveal).toHaveBeenCalledOnce();
  });

  test.each([
    ['a wrong password', { password: 'wrong' }, 'AuthenticationFailed'],
    ['no password', { password: '' }, 'AuthenticationFailed'],
    ['an unknown user', { user: 'nobody here' }, 'AuthenticationFailed'],
    ['an unknown host', { host: 'db.invalid' }, 'UnknownHost'],
    ['an unknown database', { database: 'missing' }, 'UnknownDatabase'],
    ['TLS that the server has not', { ssl: { mode: 'require' } }, 'TLSRefused'],
    ['verified TLS that the server has not', { ssl: { mode: 'verify-full' } }, 'TLSRefused'],
  ] as const)('%s', async (_name, change, reason) => {
    const error = await checkLogin({ ...admin, ...change }).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ reason });
    expect(String(error)).not.toContain(handle.password);
    const again = await checkLogin({ ...admin, ...change }).catch((caught: unknown) => caught);
    expect(String(again)).toBe(String(error));
  });

  test('nobody listening', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    await expect(checkLogin({ ...admin, port })).rejects.toMatchObject({ reason: 'ConnectionRefused' });
  });

  describe('a host that accepts and stays silent', () => {
    let silent: Server;
    const sockets = new Set<Socket>();
    beforeAll(async () => {
      silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
      await new Promise((resolve) => silent.once('listening', resolve));
    });
    afterAll(() => {
      for (const socket of sockets) {
        socket.destroy();
      }
      silent.close();
    });

    test.each(['disable', 'prefer', 'require'] as const)('times out (%s)', async (mode) => {
      const { port } = silent.address() as { port: number };
      const login = checkLogin({ ...admin, port, ssl: { mode } }, { connectTimeoutMs: 100 });
      await expect(login).rejects.toMatchObject({ reason: 'Timeout' });
    });

    test('a signal ends the waiting', async () => {
      const { port } = silent.address() as { port: number };
      const controller = new AbortController();
      const login = checkLogin({ ...admin, port }, { signal: controller.signal });
      controller.abort(new Error('shutting down'));
      await expect(login).rejects.toThrow('shutting down');
    });
  });

  test('a slow statement times out and the connection is gone', async () => {
    const slow = withConnection(admin, (each) => each.query('SELECT pg_sleep(600)'), { statementTimeoutMs: 100 });
    await expect(slow).rejects.toMatchObject({ reason: 'Timeout' });
    await expectNoSessions(admin);
  });

  test('a signal cuts a running statement', async () => {
    const controller = new AbortController();
    const work = withConnection(
      admin,
      async (connection) => {
        const sleeping = connection.query('SELECT pg_sleep(600)');
        controller.abort(new Error('shutting down'));
        return sleeping;
      },
      { signal: controller.signal, statementTimeoutMs: 1_000 },
    );
    await expect(work).rejects.toThrow('shutting down');
    await expectNoSessions(admin);
  });

  test('an aborted signal opens nothing', async () => {
    const use = vi.fn(async () => {});
    await expect(withConnection(admin, use, { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow(
      'too late',
    );
    expect(use).not.toHaveBeenCalled();
  });

  test('the connection ends when its user fails', async () => {
    await expect(withConnection(admin, () => Promise.reject(new Error('own fault')))).rejects.toThrow('own fault');
    await expectNoSessions(admin);
  });

  test('a refused statement says why, the connection goes on', async () => {
    await withConnection(admin, async (connection) => {
      await expect(connection.query('SELECT missing')).rejects.toMatchObject({
        reason: 'StatementFailed',
        sqlState: '42703',
      });
      expect(await connection.query('SELECT $1::int + 1 AS two', [1])).toEqual([{ two: 2 }]);
    });
  });

  test('several statements in one text are one transaction', async () => {
    await withConnection(admin, async (connection) => {
      await expect(connection.query('CREATE TABLE half (n int); SELECT missing')).rejects.toThrow();
      expect(await connection.query("SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
    });
  });

  test('a server without free connections', async () => {
    await withConnection(admin, async (connection) => {
      await connection.query("CREATE ROLE one LOGIN CONNECTION LIMIT 1 PASSWORD 'one'");
    });
    const one = { ...admin, user: 'one', password: 'one' };
    await withConnection(one, async () => {
      await expect(checkLogin(one)).rejects.toMatchObject({ reason: 'TooManyConnections' });
    });
  });

  test('a server that is ended under a connection', async () => {
    await withConnection(admin, async (connection) => {
      await handle.restart();
      await expect(connection.query('SELECT 1')).rejects.toMatchObject({ reason: 'CanNotConnectToDatabase' });
    });
    await checkLogin(admin);
  });
});

type Certificates = { ca: string; otherCa: string; certificate: string; key: string };

function makeCertificates(names: string): Certificates | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-certs-'));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const selfSigned = (name: string) =>
    openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`],
      ...['-keyout', `${name}.key`, '-out', `${name}.crt`],
    );
  try {
    selfSigned('ca');
    selfSigned('other');
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=db', '-keyout', 'db.key', '-out', 'db.csr');
    writeFileSync(file('ext'), `subjectAltName=${names}\n`);
    const sign = '-req -in db.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out db.crt';
    openssl('x509', ...sign.split(' '));
    const read = (name: string) => readFileSync(file(name), 'utf8');
    return { ca: read('ca.crt'), otherCa: read('other.crt'), certificate: read('db.crt'), key: read('db.key') };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const certificates = makeCertificates('IP:127.0.0.1,DNS:localhost');
const wrongName = makeCertificates('DNS:elsewhere.example');

describe.skipIf(!certificates || !wrongName)('a server with TLS (skipped where the openssl program is missing)', () => {
  const given = certificates ?? { ca: '', otherCa: '', certificate: '', key: '' };
  const misnamed = wrongName ?? given;
  let handle: PostgresHandle;
  let strict: PostgresHandle;
  let elsewhere: PostgresHandle;
  beforeAll(async () => {
    handle = await startPostgres({ tls: given });
    strict = await startPostgres({ tls: { ...given, only: true } });
    elsewhere = await startPostgres({ tls: misnamed });
  });
  afterAll(() => Promise.all([handle, strict, elsewhere].map((each) => each?.stop())));

  const encrypted = (server: PostgresServer) =>
    withConnection(server, async (connection) => {
      const [row] = await connection.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      return row?.['ssl'];
    });

  test.each([
    ['disable', undefined, false],
    ['prefer', undefined, true],
    ['require', undefined, true],
    ['require', given.ca, true],
    ['verify-ca', given.ca, true],
    ['verify-full', given.ca, true],
  ] as const)('%s logs in', async (mode, ca, tls) => {
    expect(await encrypted(serverOf(handle, mode, ca))).toBe(tls);
  });

  test('verify-full checks a host name as well as an address', async () => {
    expect(await encrypted({ ...serverOf(handle, 'verify-full', given.ca), host: 'localhost' })).toBe(true);
  });

  test.each([
    ['require with another CA', 'require', given.otherCa],
    ['verify-ca with another CA', 'verify-ca', given.otherCa],
    ['verify-full with another CA', 'verify-full', given.otherCa],
    ['verify-full with the trust of Node.js', 'verify-full', undefined],
  ] as const)('%s trusts nobody', async (_name, mode, ca) => {
    await expect(checkLogin(serverOf(handle, mode, ca))).rejects.toMatchObject({ reason: 'TLSUntrusted' });
  });

  test('a certificate for another name is enough for verify-ca and not for verify-full', async () => {
    expect(await encrypted(serverOf(elsewhere, 'verify-ca', misnamed.ca))).toBe(true);
    const full = checkLogin(serverOf(elsewhere, 'verify-full', misnamed.ca));
    await expect(full).rejects.toMatchObject({ reason: 'TLSUntrusted' });
  });

  test('a server that demands TLS', async () => {
    await expect(checkLogin(serverOf(strict, 'disable'))).rejects.toMatchObject({ reason: 'TLSRequired' });
    expect(await encrypted(serverOf(strict, 'prefer'))).toBe(true);
    await expect(checkLogin({ ...serverOf(strict, 'prefer'), password: 'wrong' })).rejects.toMatchObject({
      reason: 'AuthenticationFailed',
    });
  });
});
