import { execFileSync } from 'node:child_process';
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect } from 'vitest';
import { Discovery } from '../../src/framework/api/discovery.ts';
import { ApiError, TransportError } from '../../src/framework/api/errors.ts';
import { Transport } from '../../src/framework/api/transport.ts';
import { Informers } from '../../src/framework/cache/informers.ts';
import { createLogger } from '../../src/framework/observe/logger.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';

/** A control plane of its own: its serving certificate is replaced. */
let testenv: Testenv;
let folder: string;
let transport: Transport;
let informers: Informers;
/** The status codes of what the transport was answered. */
const codes: number[] = [];

const test = testNeeding('audit', 'faults');

const NAMESPACE = 'credentials';
const CONFIG_MAPS = { apiVersion: 'v1', kind: 'ConfigMap' };
const PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps`;

beforeAll(async () => {
  testenv = await startTestenv({ profile: 'api', thirdParties: false });
  folder = testenv.dataDir;
  await testenv.kubectl(['create', 'namespace', NAMESPACE]);
  for (const account of ['first', 'second']) {
    await testenv.kubectl(['create', 'serviceaccount', account, '-n', NAMESPACE]);
    const subject = `--serviceaccount=${NAMESPACE}:${account}`;
    await testenv.kubectl(['create', 'rolebinding', account, '--clusterrole=cluster-admin', subject, '-n', NAMESPACE]);
  }
  await replaceToken(await tokenOf('first'));
  await copyFile(join(folder, 'pki/ca.crt'), file('ca.crt'));
  transport = new Transport(podKubeConfig(), { observe: ({ code }) => codes.push(code) });
  const logger = createLogger({ level: 'error', format: 'text' });
  informers = new Informers({ transport, discovery: new Discovery(transport), logger, namespaces: [NAMESPACE] });
});

afterAll(async () => {
  await informers.stop();
  transport.close();
  await testenv.stop();
});

const file = (name: string) => join(folder, `pod-${name}`);

/** The kubeconfig that a pod's mounted ServiceAccount makes. */
function podKubeConfig(): KubeConfig {
  const kubeConfig = new KubeConfig();
  const authProvider = { name: 'tokenFile', config: { tokenFile: file('token') } };
  kubeConfig.loadFromClusterAndUser(
    { name: 'inCluster', server: testenv.server, skipTLSVerify: false, caFile: file('ca.crt') },
    { name: 'inClusterUser', authProvider },
  );
  return kubeConfig;
}

async function tokenOf(account: string): Promise<string> {
  const { stdout } = await testenv.kubectl(['create', 'token', account, '-n', NAMESPACE]);
  return stdout.trim();
}

/** Replaces a file as the kubelet does: a reader sees the old one or the new one, whole. */
async function replace(name: string, content: string): Promise<void> {
  await writeFile(file(`${name}.new`), content);
  await rename(file(`${name}.new`), file(name));
}

const replaceToken = (token: string) => replace('token', `${token}\n`);

/** Who the API server took us for, in the latest request. */
function lastUser(): string | undefined {
  return testenv.audit.requests({ resource: 'configmaps', userAgent: 'hearth' }).at(-1)?.user;
}

/** A certificate authority, and a serving certificate that it issued. */
function createAuthority(name: string): { ca: string; cert: string; key: string } {
  const path = (suffix: string) => join(folder, `${name}.${suffix}`);
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-subj',
    `/CN=${name}`,
    '-days',
    '1',
    '-keyout',
    path('ca.key'),
    '-out',
    path('ca'),
  );
  const san = ['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-addext', 'basicConstraints=critical,CA:FALSE'];
  const signed = ['-CA', path('ca'), '-CAkey', path('ca.key'), '-days', '1'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    ...signed,
    '-subj',
    '/CN=serving',
    ...san,
    '-keyout',
    path('key'),
    '-out',
    path('crt'),
  );
  return { ca: path('ca'), cert: path('crt'), key: path('key') };
}

test('a token that is replaced is used by the next request', async () => {
  await transport.request({ path: PATH });
  expect(lastUser()).toBe(`system:serviceaccount:${NAMESPACE}:first`);
  await replaceToken(await tokenOf('second'));
  await transport.request({ path: PATH });
  expect(lastUser()).toBe(`system:serviceaccount:${NAMESPACE}:second`);
});

test('a token that is refused is read once more, and then the refusal is told', async () => {
  const good = await tokenOf('second');
  await replaceToken('rubbish');
  codes.length = 0;
  const error = await transport.request({ path: PATH }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: 401 });
  expect(codes).toEqual([401, 401]);
  await replaceToken(good);
  await transport.request({ path: PATH });
});

test('an informer lives through a token that is no good for a while', async () => {
  const informer = informers.get(CONFIG_MAPS);
  await informer.synced;
  const good = await tokenOf('first');
  await replaceToken('rubbish');
  await testenv.restart('apiserver');
  await eventually('it is refused', () => String(informer.lastError).includes('Unauthorized'), { timeoutMs: 60_000 });
  await replaceToken(good);
  await testenv.kubectl(['create', 'configmap', 'after-token', '-n', NAMESPACE]);
  await eventually('it is seen', () => informer.get(`${NAMESPACE}/after-token`), { timeoutMs: 60_000 });
});

test('what we may not list is refused at once, and listed when the right is given', async () => {
  await testenv.kubectl(['create', 'serviceaccount', 'third', '-n', NAMESPACE]);
  const good = await tokenOf('first');
  await replaceToken(await tokenOf('third'));
  const { informer, release } = informers.acquire({ ...CONFIG_MAPS, labelSelector: 'app=third' });
  await expect(informer.ready()).rejects.toMatchObject({ code: 403 });
  await expect(informer.ready()).rejects.toMatchObject({ code: 403 });
  const subject = `--serviceaccount=${NAMESPACE}:third`;
  await testenv.kubectl(['create', 'rolebinding', 'third', '--clusterrole=cluster-admin', subject, '-n', NAMESPACE]);
  await informer.synced;
  await informer.ready();
  release();
  await replaceToken(good);
});

test('an informer whose server does not answer says so in time', async () => {
  await testenv.pause('apiserver');
  const { informer, release } = informers.acquire({ ...CONFIG_MAPS, labelSelector: 'app=slow' });
  await expect(informer.ready(100)).rejects.toThrow(
    'ConfigMap of v1 cannot be listed: the API server has not answered',
  );
  await testenv.resume('apiserver');
  await informer.ready(60_000);
  release();
});

test('an authority that is replaced is what new connections are verified with', async () => {
  const informer = informers.get(CONFIG_MAPS);
  const next = createAuthority('next');
  await copyFile(next.key, join(folder, 'pki/serving.key'));
  await copyFile(next.cert, join(folder, 'pki/serving.crt'));
  const fresh = () => new Transport(podKubeConfig());
  await eventually('the server shows its new certificate', async () => {
    const stranger = fresh();
    const error = await stranger.request({ path: PATH }).catch((thrown: unknown) => thrown);
    await stranger.close();
    return error instanceof TransportError && /certificate/.test(error.message);
  });
  expect(informer.freshness.connected).toBe(true); // on a connection that was verified before
  await replace('ca.crt', await readFile(next.ca, 'utf8'));
  const mark = testenv.audit.mark();
  await transport.request({ path: PATH });
  const body = { ...CONFIG_MAPS, metadata: { name: 'after-authority' } };
  await transport.request({ method: 'POST', path: PATH, body });
  await eventually('it is seen', () => informer.get(`${NAMESPACE}/after-authority`), { timeoutMs: 60_000 });
  expect(testenv.audit.requests({ since: mark, userAgent: 'hearth', resource: 'configmaps' })).not.toEqual([]);
});

test('an authority that is not the one of the server is not trusted', async () => {
  await replace('ca.crt', await readFile(createAuthority('stranger').ca, 'utf8'));
  await expect(transport.request({ path: PATH })).rejects.toThrow(TransportError);
});
