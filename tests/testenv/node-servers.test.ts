import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadImage } from '../../testenv/src/node-images.ts';
import { reasonAgainstNode } from '../../testenv/src/node-machine.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { buildConvexImage } from '../e2e/images/convex.ts';
import { buildVersitygwImage } from '../e2e/images/versitygw.ts';
import { type S3Access, s3Request } from '../harness/s3-client.ts';
import { issueAdminKey } from '../stand-ins/convex/admin-key.ts';
import { type Kubectl, kubectlOf } from './node-kubectl.ts';
import { convexBackend, convexDashboard, gateway } from './node-server-manifests.ts';

const reason = reasonAgainstNode();
const onNode = describe.skipIf(reason !== undefined);
const suffix = reason === undefined ? '' : ` [skipped: ${reason}]`;
const secret = '42'.repeat(32);
const key = issueAdminKey({ name: 'app', secret: Buffer.from(secret, 'hex') });

let testenv: Testenv;
let node: Kubectl;

const ready = (...pods: string[]) =>
  node.run('wait', '--for=condition=Ready', ...pods.map((pod) => `pod/${pod}`), '--timeout=90s');

beforeAll(async () => {
  if (reason !== undefined) return;
  const images = [await buildVersitygwImage(), await buildConvexImage('backend'), await buildConvexImage('dashboard')];
  testenv = await startTestenv({ profile: 'node', thirdParties: false });
  node = kubectlOf(testenv);
  for (const { archive } of images) await loadImage(testenv, archive);
}, 900_000);

afterAll(async () => {
  await testenv?.stop();
});

onNode(`versitygw${suffix}`, () => {
  beforeAll(async () => {
    await node.apply(gateway({ ROOT_ACCESS_KEY: 'root', ROOT_SECRET_KEY: 'gateway-secret' }));
    await ready('store-0');
  });

  const withStore = <T>(use: (access: S3Access) => Promise<T>) =>
    node.forward('pod/store-0', 7070, async (port) => {
      return await use({ endpoint: `http://127.0.0.1:${port}`, accessKey: 'root', secretKey: 'gateway-secret' });
    });

  test('keeps objects for who has the keys, as a user other than root', async () => {
    expect((await node.run('exec', 'store-0', '--', 'id', '-u')).trim()).toBe('1000');
    await withStore(async (access) => {
      expect((await s3Request(access, { method: 'PUT', path: '/backups' })).status).toBe(200);
      expect((await s3Request(access, { method: 'PUT', path: '/backups/a/b', body: 'kept' })).status).toBe(200);
      expect((await s3Request({ ...access, secretKey: 'other' }, { method: 'GET', path: '/backups/a/b' })).status).toBe(
        403,
      );
    });
  });

  test('ends on SIGTERM, and has them when its pod was replaced', async () => {
    expect(await endBy('TERM', 'store-0')).toMatchObject({
      exitCode: 0,
      log: expect.stringContaining('shutting down'),
    });
    await node.replace('store-0');
    const found = await withStore(async (access) => await s3Request(access, { method: 'GET', path: '/backups/a/b' }));
    expect(await found.text()).toBe('kept');
  });
});

onNode(`the stand-in for Convex${suffix}`, () => {
  beforeAll(async () => {
    await node.apply(
      convexBackend('app', { INSTANCE_NAME: 'app', INSTANCE_SECRET: secret, STAND_IN_START_SECONDS: '2' }),
    );
    await node.apply([convexDashboard('panel', { NEXT_PUBLIC_DEPLOYMENT_URL: 'https://app.example' })]);
    await ready('app-0', 'panel');
  });

  const call = async (path: string, init: RequestInit = {}) =>
    await node.forward('pod/app-0', 3210, async (port) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        ...init,
        headers: { authorization: `Convex ${key}`, ...init.headers },
      });
      return { status: answer.status, standIn: answer.headers.get('x-hearth-stand-in'), body: await readAll(answer) };
    });
  const insert = async (text: string, mode: string) =>
    await call(`/api/import?format=jsonLines&tableName=notes&mode=${mode}`, {
      method: 'POST',
      body: JSON.stringify({ _id: text, text }),
    });
  const query = async (path: string, args: object) => {
    const { body } = await call('/api/query', { method: 'POST', body: JSON.stringify({ path, args }) });
    return JSON.parse(body.toString()).value;
  };
  const notes = async () => {
    const { page } = await query('_system/cli/tableData', { table: 'notes', order: 'asc' });
    return page.map(({ text }: { text: string }) => text);
  };

  test('is probed at /version, says what it is, and takes the key of its secret alone', async () => {
    expect(await call('/version')).toMatchObject({ status: 200, standIn: expect.stringContaining('not Convex') });
    expect((await call('/version')).body.toString()).toBe('latest');
    expect(await node.run('logs', 'app-0')).toMatch(/^Convex stand-in .*this is not Convex/);
    expect((await call('/api/check_admin_key')).status).toBe(200);
    const printed = await node.run('exec', 'app-0', '--', './generate_admin_key.sh');
    const withKey = (value: string) => call('/api/check_admin_key', { headers: { authorization: `Convex ${value}` } });
    expect((await withKey(printed.trim())).status).toBe(200);
    expect((await withKey(key.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')))).status).toBe(403);
  });

  test('exports and imports, and has on its volume what it had', async () => {
    await insert('first', 'append');
    expect((await call('/api/export/request/zip', { method: 'POST' })).status).toBe(200);
    const done = await eventually('the export is complete', () => query('_system/cli/exports:getLatest', {}), {
      until: ({ state }) => state === 'completed',
      intervalMs: 250,
    });
    const archive = (await call(`/api/export/zip/${done.start_ts}`)).body;
    await insert('second', 'replace');
    expect(await notes()).toEqual(['second']);
    const restored = await call('/api/import?format=zip&mode=replaceAll', {
      method: 'POST',
      body: new Uint8Array(archive),
    });
    expect(JSON.parse(restored.body.toString())).toEqual({ numWritten: 1 });
    await node.replace('app-0');
    expect(await notes()).toEqual(['first']);
  });

  test('ends on SIGINT, and not on SIGTERM', async () => {
    await node.run('exec', 'app-0', '--', 'sh', '-c', 'kill -TERM 1');
    expect((await call('/version')).status).toBe(200);
    expect(await endBy('INT', 'app-0')).toMatchObject({ exitCode: 0, log: expect.stringMatching(/\nended\n$/) });
  });

  test('does not start with a secret that is none, nor as another user than root', async () => {
    await node.apply(convexBackend('bad', { INSTANCE_SECRET: 'abc' }));
    await node.apply(convexBackend('other', { INSTANCE_SECRET: secret }, 65532));
    expect(await ended('bad-0')).toMatchObject({ exitCode: 1, log: expect.stringContaining('INSTANCE_SECRET') });
    expect(await ended('other-0')).toMatchObject({ exitCode: 126, log: expect.stringContaining('ermission denied') });
  });

  test('has a dashboard for the user 1001, with the URL that browsers are to use', async () => {
    const [page, missing] = await node.forward('pod/panel', 6791, async (port) => {
      const paths = ['/data', '/dashboard'].map((path) => fetch(`http://127.0.0.1:${port}${path}`));
      return await Promise.all(paths);
    });
    expect(await page?.text()).toContain('https://app.example');
    expect(missing?.status).toBe(404);
    expect((await node.run('exec', 'panel', '--', 'id', '-u')).trim()).toBe('1001');
  });
});

async function readAll(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer());
}

/** Sends a signal to the first process of a pod's container, and waits for its end. */
async function endBy(signal: string, pod: string): Promise<{ exitCode: number; log: string }> {
  // The command may be killed together with the container, so how it ends says nothing.
  await testenv.kubectl(['exec', pod, '--', 'sh', '-c', `kill -${signal} 1`]);
  return await ended(pod);
}

/** How the container that ran before the present one ended, and what it had said. */
async function ended(pod: string): Promise<{ exitCode: number; log: string }> {
  const path = 'jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}';
  const exitCode = await eventually(`${pod} has ended`, () => node.run('get', 'pod', pod, '-o', path), {
    until: (code) => code !== '',
    timeoutMs: 60_000,
    intervalMs: 250,
  });
  // A container that fails again and again is replaced while one looks, and the kubelet says so in place of its log.
  const log = await eventually(`the log of ${pod}`, () => node.run('logs', pod, '--previous'), {
    until: (text) => !text.startsWith('unable to retrieve container logs'),
    intervalMs: 250,
  });
  return { exitCode: Number(exitCode), log };
}
