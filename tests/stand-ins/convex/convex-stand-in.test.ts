import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ConvexStandIn, type StandInOptions, startConvexStandIn } from './convex-stand-in.ts';
import { readZip, writeZip } from './zip.ts';

const secret = '00'.repeat(32);
let folder: string;
const running: ConvexStandIn[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convex-stand-in-'));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((standIn) => standIn.stop()));
  rmSync(folder, { recursive: true });
});

async function start(options: Partial<StandInOptions> = {}): Promise<ConvexStandIn> {
  const variables = { DATA_DIR: folder, INSTANCE_NAME: 'app', INSTANCE_SECRET: secret, ...options.variables };
  const standIn = await startConvexStandIn({ port: 0, ...options, variables });
  running.push(standIn);
  return standIn;
}

/** Sends a request with a key, and reads the answer as JSON if it is some. */
function clientOf(standIn: ConvexStandIn, key = standIn.adminKey()) {
  const call = async (method: string, path: string, body?: unknown) => {
    const payload = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(standIn.url + path, {
      method,
      headers: { authorization: `Convex ${key}` },
      ...(body === undefined ? {} : { body: payload as string }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isJson = answer.headers.get('content-type') === 'application/json';
    return { status: answer.status, bytes, json: isJson ? JSON.parse(bytes.toString()) : undefined };
  };
  const query = async (path: string, args: object = {}, format?: string) =>
    (await call('POST', '/api/query', { path, args, format })).json.value;
  return {
    call,
    query,
    insert: (table: string, rows: object[], mode = 'append') =>
      call(
        'POST',
        `/api/import?format=jsonLines&tableName=${table}&mode=${mode}`,
        rows.map((row) => JSON.stringify(row)).join('\n'),
      ),
    documents: async (table: string) =>
      (await query('_system/cli/tableData', { table, order: 'asc', paginationOpts: { numItems: 100, cursor: null } }))
        .page,
    finishedExport: async () => {
      for (;;) {
        const latest = await query('_system/cli/exports:getLatest');
        if (latest.state === 'completed' || latest.state === 'failed') return latest;
      }
    },
  };
}

describe('what anybody may ask', () => {
  test('probe paths and the version answer, and every answer says what it comes from', async () => {
    const standIn = await start({ variables: { CONVEX_RELEASE_VERSION_DEV: 'abc123' } });
    for (const [path, text] of [
      ['/version', 'abc123'],
      ['/instance_version', 'abc123'],
      ['/instance_name', 'app'],
    ]) {
      const answer = await fetch(standIn.url + path);
      expect(await answer.text()).toBe(text);
      expect(answer.headers.get('x-hearth-stand-in')).toContain('not Convex');
    }
    expect(await (await fetch(standIn.url)).text()).toContain('stand-in');
    expect((await fetch(`${standIn.url}/nothing`)).status).toBe(404);
    expect((await fetch(standIn.siteUrl)).headers.get('x-hearth-stand-in')).toContain('not Convex');
  });

  test('metrics are public until they are disabled', async () => {
    expect((await fetch(`${(await start()).url}/metrics`)).status).toBe(200);
    const quiet = await start({ variables: { DISABLE_METRICS_ENDPOINT: 'true' } });
    expect((await fetch(`${quiet.url}/metrics`)).status).toBe(404);
  });

  test('the first line of the log says that this is not Convex, and none has the secret', async () => {
    const lines: string[] = [];
    await start({ log: (line) => lines.push(line) });
    expect(lines[0]).toContain('this is not Convex');
    expect(lines.join('\n')).not.toContain(secret);
  });
});

describe('the admin key', () => {
  test('is accepted when it is of this instance, and refused otherwise', async () => {
    const standIn = await start();
    const check = async (key: string) => await clientOf(standIn, key).call('GET', '/api/check_admin_key');
    expect(await check(standIn.adminKey())).toMatchObject({ status: 200, json: { success: true } });
    expect(await check(standIn.adminKey().replace('app|', 'other|'))).toMatchObject({
      status: 403,
      json: { code: 'BadDeployKey' },
    });
    expect(await check('app|0123')).toMatchObject({ status: 403 });
    expect((await fetch(`${standIn.url}/api/check_admin_key`)).status).toBe(403);
  });

  test('that is read-only reads, and exports and imports nothing', async () => {
    const standIn = await start();
    const reader = clientOf(standIn, standIn.adminKey({ readOnly: true }));
    expect(await reader.query('_system/cli/exports:getLatest')).toBeNull();
    expect(await reader.call('POST', '/api/export/request/zip')).toMatchObject({
      status: 403,
      json: { code: 'ReadOnlyAdminKey' },
    });
    expect(await reader.insert('notes', [{ text: 'a' }])).toMatchObject({ status: 403 });
  });

  test('no longer opens a stand-in whose secret or name has changed', async () => {
    const first = await start();
    const key = first.adminKey();
    for (const variables of [{ INSTANCE_SECRET: '11'.repeat(32) }, { INSTANCE_NAME: 'renamed' }]) {
      const second = await start({ variables });
      expect(await clientOf(second, key).call('GET', '/api/check_admin_key')).toMatchObject({ status: 403 });
    }
  });
});

describe('data', () => {
  test('survives the end of the program, and so does who the instance is', async () => {
    const first = await start();
    const key = first.adminKey();
    await clientOf(first).insert('notes', [{ text: 'kept' }]);
    await first.stop();
    const second = await start({ variables: { INSTANCE_NAME: '', INSTANCE_SECRET: '' } });
    expect(await clientOf(second, key).documents('notes')).toEqual([
      { _id: expect.any(String), _creationTime: expect.any(Number), text: 'kept' },
    ]);
  });

  test('goes from one instance to another by export and import', async () => {
    const old = clientOf(await start());
    const notes = [{ _id: 'n1', _creationTime: 1, text: 'ä', count: { $integer: 'AQAAAAAAAAA=' } }];
    await old.insert('notes', notes);
    await old.insert('empty', []);
    expect((await old.call('POST', '/api/export/request/zip?includeStorage=true')).status).toBe(200);
    const { state, start_ts } = await old.finishedExport();
    expect(state).toBe('completed');
    const archive = await old.call('GET', `/api/export/zip/${start_ts}`);
    expect(readZip(archive.bytes).map(({ name }) => name)).toContain('_tables/documents.jsonl');

    const variables = { DATA_DIR: join(folder, 'other') };
    const fresh = clientOf(await start({ variables }));
    await fresh.insert('leftover', [{ text: 'gone' }]);
    const imported = await fresh.call('POST', '/api/import?format=zip&mode=replaceAll', archive.bytes);
    expect(imported.json).toEqual({ numWritten: 1 });
    expect(await fresh.documents('notes')).toEqual(notes);
    expect(await fresh.documents('leftover')).toEqual([]);
    expect(await fresh.query('_system/cli/tables')).toMatchObject({
      page: [{ name: 'leftover' }, { name: 'notes' }, { name: 'empty' }],
    });
  });

  test('has files, which an export has when it is asked for them', async () => {
    const client = clientOf(await start());
    const archive = writeZip([
      { name: '_storage/documents.jsonl', content: Buffer.from('{"_id":"f1"}\n') },
      { name: '_storage/f1.png', content: Buffer.from('picture') },
    ]);
    expect((await client.call('POST', '/api/import?format=zip', archive)).json).toEqual({ numWritten: 1 });
    expect((await client.call('GET', '/api/storage/f1')).bytes.toString()).toBe('picture');
    for (const [wanted, has] of [
      ['true', true],
      ['false', false],
    ] as const) {
      await client.call('POST', `/api/export/request/zip?includeStorage=${wanted}`);
      const { start_ts, _id } = await client.finishedExport();
      expect(start_ts).toMatch(/^\d{19}$/);
      const names = readZip((await client.call('GET', `/api/export/zip/${_id}`)).bytes).map(({ name }) => name);
      expect(names.includes('_storage/f1')).toBe(has);
    }
  });
});

describe('an export', () => {
  test('runs alone, is of the time at which it began, and has no archive before its end', async () => {
    const gate = Promise.withResolvers<void>();
    const client = clientOf(await start({ beforeExport: () => gate.promise }));
    await client.insert('notes', [{ text: 'before' }]);
    await client.call('POST', '/api/export/request/zip');
    const running = await client.query('_system/cli/exports:getLatest', {}, 'convex_encoded_json');
    expect(running).toMatchObject({ state: 'in_progress', start_ts: { $integer: expect.any(String) } });
    expect(await client.call('POST', '/api/export/request/zip')).toMatchObject({
      status: 400,
      json: { code: 'ExportInProgress' },
    });
    expect((await client.call('GET', `/api/export/zip/${running._id}`)).status).toBe(400);
    await client.insert('notes', [{ text: 'during' }]);
    gate.resolve();
    const { _id } = await client.finishedExport();
    const archive = readZip((await client.call('GET', `/api/export/zip/${_id}`)).bytes);
    const notes = archive.find(({ name }) => name === 'notes/documents.jsonl')?.content.toString();
    expect(notes).toContain('before');
    expect(notes).not.toContain('during');
  });

  test('that fails says so, and the next one can be asked for', async () => {
    const failures = [new Error('no room')];
    const client = clientOf(
      await start({
        beforeExport: async () => {
          for (const failure of failures.splice(0)) throw failure;
        },
      }),
    );
    await client.call('POST', '/api/export/request/zip');
    expect(await client.finishedExport()).toMatchObject({ state: 'failed', failed_ts: expect.any(String) });
    expect((await client.call('POST', '/api/export/request/zip')).status).toBe(200);
    expect(await client.finishedExport()).toMatchObject({ state: 'completed' });
  });

  test('that was cut off is made at the next start', async () => {
    const first = await start({ beforeExport: () => new Promise(() => {}) });
    await clientOf(first).call('POST', '/api/export/request/zip');
    await first.stop();
    expect(await clientOf(await start()).finishedExport()).toMatchObject({ state: 'completed' });
  });
});

describe('an import', () => {
  test('needs empty tables unless it is told otherwise', async () => {
    const client = clientOf(await start());
    await client.insert('notes', [{ _id: 'a', text: '1' }], 'requireEmpty');
    await client.insert('other', [{ _id: 'o' }]);
    expect(await client.insert('notes', [{ text: '2' }], '')).toMatchObject({ status: 400, json: { code: 'BadMode' } });
    expect(await client.insert('notes', [{ text: '2' }], 'requireEmpty')).toMatchObject({
      status: 400,
      json: { code: 'TableExists' },
    });
    expect(await client.insert('notes', [{ _id: 'a' }], 'append')).toMatchObject({ status: 400 });
    await client.insert('notes', [{ _id: 'b', text: '3' }], 'append');
    expect((await client.documents('notes')).length).toBe(2);
    await client.insert('notes', [{ _id: 'c', text: '4' }], 'replace');
    expect(await client.documents('notes')).toMatchObject([{ _id: 'c' }]);
    expect(await client.documents('other')).toMatchObject([{ _id: 'o' }]);
  });

  test('of a damaged archive is refused and changes nothing', async () => {
    const client = clientOf(await start());
    await client.insert('notes', [{ _id: 'a' }]);
    const damaged = writeZip([{ name: 'notes/documents.jsonl', content: Buffer.from('{"_id":"b"}\n[]') }]);
    for (const archive of [damaged, Buffer.from('no archive')]) {
      const answer = await client.call('POST', '/api/import?format=zip&mode=replaceAll', archive);
      expect(answer).toMatchObject({ status: 400, json: { code: 'ImportFailed' } });
    }
    expect(await client.documents('notes')).toMatchObject([{ _id: 'a' }]);
  });

  test('comes in parts as well, and begins when it is confirmed', async () => {
    const client = clientOf(await start());
    const archive = writeZip([{ name: 'notes/documents.jsonl', content: Buffer.from('{"_id":"a"}\n') }]);
    const { uploadToken } = (await client.call('POST', '/api/import/start_upload')).json;
    const parts = [archive.subarray(0, 20), archive.subarray(20)].map((part, index) =>
      client.call('POST', `/api/import/upload_part?uploadToken=${uploadToken}&partNumber=${index + 1}`, part),
    );
    const partTokens = (await Promise.all(parts)).map(({ json }) => json);
    const body = { import: { format: 'zip', mode: 'replaceAll' }, uploadToken, partTokens };
    const { importId } = (await client.call('POST', '/api/import/finish_upload', body)).json;
    const state = async () => (await client.query('_system/cli/queryImport', { importId })).state;
    expect(await state()).toMatchObject({ state: 'waiting_for_confirmation' });
    expect((await client.call('POST', '/api/perform_import', { importId })).status).toBe(200);
    await expect.poll(state).toMatchObject({ state: 'completed', num_rows_written: '1' });
    expect(await client.documents('notes')).toMatchObject([{ _id: 'a' }]);
  });
});

describe('it does not start', () => {
  test.each([
    ['with a secret that is none', { INSTANCE_SECRET: 'abc' }, 'INSTANCE_SECRET'],
    ['with an origin without scheme', { CONVEX_CLOUD_ORIGIN: 'app.example' }, 'CONVEX_CLOUD_ORIGIN'],
    ['with a database in the URL', { POSTGRES_URL: 'postgres://u:hush@127.0.0.1/app' }, 'names a database'],
    ['with a URL without user', { POSTGRES_URL: 'postgres://127.0.0.1' }, 'no user name'],
    ['with a URL of something else', { MYSQL_URL: 'http://u:hush@127.0.0.1' }, 'MYSQL_URL'],
    ['when the database does not listen', { POSTGRES_URL: 'postgres://u:hush@127.0.0.1:1' }, 'does not answer'],
  ])('%s', async (_, variables, reason) => {
    const refusal = await start({ variables }).catch((error: unknown) => String(error));
    expect(refusal).toMatch(/^RefusedStart: /);
    expect(refusal).toContain(reason);
    expect(refusal).not.toContain('hush');
  });

  test('on a volume that is no folder', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(start({ variables: { DATA_DIR: join(folder, 'file') } })).rejects.toThrow('data folder');
  });

  test('when its files were in a folder and are to be in buckets', async () => {
    await (await start()).stop();
    const uses = ['EXPORTS', 'SNAPSHOT_IMPORTS', 'MODULES', 'FILES', 'SEARCH'];
    const buckets = Object.fromEntries(uses.map((use) => [`S3_STORAGE_${use}_BUCKET`, 'b']));
    await start({ variables: buckets }); // without a region, these count for nothing
    await expect(start({ variables: { ...buckets, AWS_REGION: 'r' } })).rejects.toThrow('local');
  });

  test('but does with a database that listens, and only when it is let', async () => {
    const database = createServer().listen(0, '127.0.0.1');
    const address = await new Promise<{ port: number }>((resolve) =>
      database.once('listening', () => resolve(database.address() as { port: number })),
    );
    const gate = Promise.withResolvers<void>();
    const variables = { POSTGRES_URL: `postgres://u:hush@127.0.0.1:${address.port}` };
    const lines: string[] = [];
    const asked = Promise.withResolvers<void>();
    const beforeListening = async () => {
      asked.resolve();
      await gate.promise;
    };
    const starting = start({ variables, beforeListening, log: (line) => lines.push(line) });
    await asked.promise;
    expect(lines.join('\n')).not.toContain('listening');
    gate.resolve();
    expect((await fetch(`${(await starting).url}/version`)).status).toBe(200);
    expect(lines.join('\n')).toContain('listening');
    database.close();
  });
});
