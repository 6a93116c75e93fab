import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type ConvexStandIn,
  type StandInOptions,
  startConvexStandIn,
} from '../../tests/stand-ins/convex/convex-stand-in.ts';
import { convexExport } from './convex-export.ts';
import { convexImport } from './convex-import.ts';

let folder: string;
let volume: string;
let lines: string[];
const ending: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convex-job-'));
  volume = mkdtempSync(join(tmpdir(), 'convex-volume-'));
  lines = [];
});

afterEach(async () => {
  await Promise.all(ending.splice(0).map((end) => end()));
  rmSync(folder, { recursive: true });
  rmSync(volume, { recursive: true });
});

async function standIn(options: Partial<StandInOptions> = {}): Promise<ConvexStandIn> {
  const data = join(folder, String(ending.length));
  const variables = { DATA_DIR: data, INSTANCE_NAME: 'app', INSTANCE_SECRET: 'ab'.repeat(32) };
  const server = await startConvexStandIn({ port: 0, variables, ...options });
  ending.push(() => server.stop());
  return server;
}

/** A server that passes everything on, except what a test wants otherwise. */
async function inFrontOf(
  server: ConvexStandIn,
  otherwise: (path: string, headers: Readonly<Record<string, unknown>>, answer: Buffer) => Interference | undefined,
): Promise<string> {
  const proxy: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const { method = 'GET', url = '/', headers } = request;
    const body = method === 'POST' ? { body: Buffer.concat(chunks) } : {};
    const authorization = String(headers.authorization);
    const answer = await fetch(server.url + url, { method, headers: { authorization }, ...body });
    const content = Buffer.from(await answer.arrayBuffer());
    const {
      status = answer.status,
      bytes = content,
      announced = bytes.length,
    } = otherwise(url, headers, content) ?? {};
    response.writeHead(status, { 'content-length': announced, 'content-type': 'application/octet-stream' });
    response.write(bytes, () => (announced === bytes.length ? response.end() : response.destroy()));
  });
  await new Promise<void>((resolve) => proxy.listen(0, resolve));
  ending.push(() => proxy.close());
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

type Interference = { readonly status?: number; readonly bytes?: Buffer; readonly announced?: number };

const environment = (server: ConvexStandIn, parts: Readonly<Record<string, string>> = {}) => ({
  API_URL: server.url,
  ADMIN_KEY: server.adminKey(),
  DATA_DIR: volume,
  POLL_MS: '1',
  ...parts,
});
const doExport = (env: ReturnType<typeof environment>) => convexExport(env, (line) => lines.push(line));
const doImport = (env: ReturnType<typeof environment>) => convexImport(env, (line) => lines.push(line));

async function call(server: ConvexStandIn, path: string, body: string): Promise<string> {
  const headers = { authorization: `Convex ${server.adminKey()}` };
  const answer = await fetch(server.url + path, { method: 'POST', headers, body });
  const text = await answer.text();
  expect(answer.ok, text).toBe(true);
  return text;
}

/** Documents that do not get smaller by packing. */
async function fill(server: ConvexStandIn, table: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, () => JSON.stringify({ text: randomBytes(200).toString('hex') }));
  await call(server, `/api/import?format=jsonLines&tableName=${table}&mode=append`, rows.join('\n'));
}

async function documents(server: ConvexStandIn, table: string): Promise<unknown[]> {
  const args = { table, order: 'asc', paginationOpts: { numItems: 1000, cursor: null } };
  return JSON.parse(await call(server, '/api/query', JSON.stringify({ path: '_system/cli/tableData', args }))).value
    .page;
}

describe('an export and an import', () => {
  test('move everything, and replace what was there', async () => {
    const [before, after] = [await standIn(), await standIn()];
    await fill(before, 'notes', 50);
    await fill(after, 'notes', 3);
    await fill(after, 'stale', 3);
    await doExport(environment(before));
    await doImport(environment(after, { PART_BYTES: '4096' }));
    expect(await documents(after, 'notes')).toEqual(await documents(before, 'notes'));
    expect(await documents(after, 'stale')).toEqual([]);
    expect(lines.filter((line) => line.startsWith('Uploaded part')).length).toBeGreaterThan(2);
  });

  test('leave a record of what was read back from the disk', async () => {
    const server = await standIn();
    await fill(server, 'notes', 5);
    await doExport(environment(server));
    const record = JSON.parse(readFileSync(join(volume, 'export.json'), 'utf8'));
    const archive = readFileSync(join(volume, 'export.zip'));
    expect(record).toMatchObject({ bytes: archive.length, sha256: createHash('sha256').update(archive).digest('hex') });
  });

  test('never tell the key, also when it is refused', async () => {
    const server = await standIn();
    const env = environment(server, { ADMIN_KEY: 'app|00ff' });
    await expect(doExport(env)).rejects.toThrow(/admin key/);
    await doExport(env).catch((error: Error) => expect(error.message).not.toContain('00ff'));
    await expect(convexExport({ API_URL: 'nonsense', ADMIN_KEY: '' }, () => undefined)).rejects.toThrow(
      'The environment is not right: API_URL, ADMIN_KEY',
    );
  });
});

describe('an export', () => {
  test('that is on the volume is not made again, for this attempt', async () => {
    const server = await standIn();
    await fill(server, 'notes', 5);
    await doExport(environment(server));
    const first = readFileSync(join(volume, 'export.json'), 'utf8');
    await fill(server, 'notes', 5);
    await doExport(environment(server));
    expect(readFileSync(join(volume, 'export.json'), 'utf8')).toBe(first);
    await doExport(environment(server, { UPGRADE_ATTEMPT: '2' }));
    expect(readFileSync(join(volume, 'export.json'), 'utf8')).not.toBe(first);
  });

  test('waits for one that somebody else began, and then makes its own', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let count = 0;
    const beforeExport = async () => {
      count += 1;
      await (count === 1 ? held : undefined);
    };
    const server = await standIn({ beforeExport });
    await call(server, '/api/export/request/zip', '');
    await fill(server, 'notes', 5);
    const done = convexExport(environment(server), (line) => {
      lines.push(line);
      release();
    });
    await done;
    expect(lines[0]).toContain('somebody else');
    expect(count).toBe(2);
    const after = await standIn();
    await doImport(environment(after));
    expect(await documents(after, 'notes')).toHaveLength(5);
  });

  test('that the backend cannot make fails', async () => {
    const beforeExport = async () => {
      throw new Error('no');
    };
    await expect(doExport(environment(await standIn({ beforeExport })))).rejects.toThrow('could not make the export');
  });

  test('goes on behind what an earlier try has left, where the server can do that', async () => {
    const server = await standIn();
    await fill(server, 'notes', 50);
    const ranges: unknown[] = [];
    const url = await inFrontOf(server, (path, headers, answer) => {
      if (!path.startsWith('/api/export/zip/')) {
        return undefined;
      }
      ranges.push(headers['range']);
      const from = Number(/^bytes=(\d+)-$/.exec(String(headers['range']))?.[1] ?? 0);
      return { ...(from > 0 ? { status: 206 } : {}), bytes: answer.subarray(from) };
    });
    const env = environment(server, { API_URL: url });
    await doExport(env);
    const whole = readFileSync(join(volume, 'export.zip'));
    const record = readFileSync(join(volume, 'export.json'), 'utf8');
    // As if the process had been killed in the middle.
    rmSync(join(volume, 'export.json'));
    writeFileSync(join(volume, 'export.zip.part'), whole.subarray(0, 5000));
    await doExport(env);
    expect(ranges).toEqual([undefined, 'bytes=5000-']);
    expect(readFileSync(join(volume, 'export.json'), 'utf8')).toBe(record);
  });

  test('whose connection breaks fails, and the next try makes it whole', async () => {
    const server = await standIn();
    await fill(server, 'notes', 50);
    let downloads = 0;
    const url = await inFrontOf(server, (path, _, answer) => {
      downloads += path.startsWith('/api/export/zip/') ? 1 : 0;
      const breaks = path.startsWith('/api/export/zip/') && downloads === 1;
      return breaks ? { bytes: answer.subarray(0, 5000), announced: answer.length } : undefined;
    });
    const env = environment(server, { API_URL: url });
    await expect(doExport(env)).rejects.toThrow();
    await doExport(env);
    const after = await standIn();
    await doImport(environment(after));
    expect(await documents(after, 'notes')).toEqual(await documents(server, 'notes'));
  });

  test('begins anew where the server cannot, and does not take a piece for the whole', async () => {
    const server = await standIn();
    await fill(server, 'notes', 50);
    let downloads = 0;
    const url = await inFrontOf(server, (path, _, answer) => {
      downloads += path.startsWith('/api/export/zip/') ? 1 : 0;
      // Cut in the middle by a server that announces no more than it sends.
      return path.startsWith('/api/export/zip/') && downloads === 1 ? { bytes: answer.subarray(0, 5000) } : undefined;
    });
    const env = environment(server, { API_URL: url });
    await expect(doExport(env)).rejects.toThrow('not a whole archive');
    await doExport(env);
    const after = await standIn();
    await doImport(environment(after));
    expect(await documents(after, 'notes')).toHaveLength(50);
  });
});

describe('an import', () => {
  test('refuses an archive that is not what was exported, and touches nothing', async () => {
    const [before, after] = [await standIn(), await standIn()];
    await fill(before, 'notes', 5);
    await fill(after, 'notes', 3);
    await expect(doImport(environment(after))).rejects.toThrow('no complete export');
    await doExport(environment(before));
    const path = join(volume, 'export.zip');
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
    writeFileSync(path, bytes);
    await expect(doImport(environment(after))).rejects.toThrow('checksum differs');
    expect(await documents(after, 'notes')).toHaveLength(3);
  });

  test('that was done is not done again', async () => {
    const [before, after] = [await standIn(), await standIn()];
    await fill(before, 'notes', 5);
    await doExport(environment(before));
    await doImport(environment(after));
    await fill(after, 'notes', 1);
    await doImport(environment(after));
    expect(await documents(after, 'notes')).toHaveLength(6);
  });

  test('goes on behind the parts that were uploaded', async () => {
    const [before, after] = [await standIn(), await standIn()];
    await fill(before, 'notes', 50);
    await doExport(environment(before));
    const numbers: string[] = [];
    let isBroken = true;
    const url = await inFrontOf(after, (path) => {
      const number = new URL(path, 'http://x').searchParams.get('partNumber') ?? '';
      if (path.startsWith('/api/import/upload_part')) {
        numbers.push(number);
      }
      const breaks = isBroken && number === '3';
      isBroken = isBroken && !breaks;
      return breaks ? { bytes: Buffer.from('"'), announced: 100 } : undefined;
    });
    const env = environment(after, { API_URL: url, PART_BYTES: '4096' });
    await expect(doImport(env)).rejects.toThrow();
    await doImport(env);
    expect(numbers.slice(0, 4)).toEqual(['1', '2', '3', '3']);
    expect(await documents(after, 'notes')).toHaveLength(50);
  });

  test('begins anew when the backend has forgotten the upload', async () => {
    const [before, after] = [await standIn(), await standIn()];
    await fill(before, 'notes', 5);
    await doExport(environment(before));
    const progress = { sha256: JSON.parse(readFileSync(join(volume, 'export.json'), 'utf8')).sha256 };
    const forgotten = { ...progress, uploadToken: 'gone', parts: [] };
    writeFileSync(join(volume, 'import.progress.json'), JSON.stringify(forgotten));
    await expect(doImport(environment(after))).rejects.toThrow('no upload');
    await doImport(environment(after));
    expect(await documents(after, 'notes')).toHaveLength(5);
  });
});
