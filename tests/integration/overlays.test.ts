import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import type { Manifest } from '../../src/framework/framework.ts';
import { definitions } from '../../src/resources/resources.ts';
import { ensureHelm } from '../../testenv/src/helm.ts';
import { serviceAccountKubeconfig } from '../../testenv/src/service-account.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { freePort, shownCertificate } from '../harness/letter-webhook.ts';
import { idOf, kustomized, objectsIn, operatorEnv } from '../harness/manifests.ts';
import { type OperatorProcess, startOperator } from '../harness/operator-process.ts';
import { expressionsIn, metricsIn, type UsedMetric } from '../harness/promql.ts';
import { conditionOf, OPERATOR_USER, type SeenObject } from '../harness/suite.ts';

/**
 * Each overlay is applied and deleted on a control plane of its own, one after the other. Pods are simulated; where it
 * matters what the operator may do, it runs beside them with the ServiceAccount that the overlay has made.
 */
vi.setConfig({ testTimeout: 400_000 });

let testenv: Testenv;
const operators: OperatorProcess[] = [];

const test = testNeeding('controllers', 'simulation', 'faults');

const ROOT = join(import.meta.dirname, '../..');
const PREVIOUS = join(ROOT, 'tests/fixtures/previous-install/install.yaml');
const WATCHED = ['homelab', 'postgres'];
const NAMESPACES = [...WATCHED, 'elsewhere'];

beforeAll(async () => {
  testenv = await startTestenv();
  await kubectl('apply', '-f', join(ROOT, 'tests/fixtures/prometheus-operator/crds.yaml'));
  await Promise.all(NAMESPACES.map((name) => kubectl('create', 'namespace', name)));
});

afterAll(async () => {
  await Promise.all(operators.map((operator) => operator.kill()));
  await testenv?.stop();
});

async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await testenv.kubectl(args);
  expect(code, `kubectl ${args.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}

/** Runs the operator as an overlay's Deployment would: its variables, its ServiceAccount, its Lease. */
async function runOperator(name: string, env: Readonly<Record<string, string>> = {}): Promise<OperatorProcess> {
  const kubeconfig = await serviceAccountKubeconfig(testenv, { namespace: 'hearth-system', name: 'hearth' });
  const namespaces = (env['HEARTH_NAMESPACES'] ?? '').split(',');
  const operator = await startOperator({
    name: `overlay-${name}`,
    kubeconfig,
    namespaces,
    env: { POD_NAMESPACE: 'hearth-system', ...env },
  });
  operators.push(operator);
  return operator;
}

const secretPath = (namespace: string, name: string) => `/api/v1/namespaces/${namespace}/secrets/${name}`;
const objectPath = (namespace: string, name: string) =>
  `/apis/homelab.mortenolsen.pro/v1/namespaces/${namespace}/generatesecrets/${name}`;

async function createObject(namespace: string, name: string): Promise<void> {
  const object = {
    apiVersion: 'homelab.mortenolsen.pro/v1',
    kind: 'GenerateSecret',
    metadata: { name, namespace },
    spec: { fields: [{ name: 'token' }] },
  };
  const { code, stderr } = await testenv.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  expect(code, stderr).toBe(0);
}

async function find(path: string): Promise<SeenObject | undefined> {
  const { status, body } = await testenv.request({ path });
  return status === 200 ? (body as SeenObject) : undefined;
}

async function ready(namespace: string, name: string): Promise<void> {
  await eventually(`${namespace}/${name} is Ready`, () => find(objectPath(namespace, name)), {
    timeoutMs: 30_000,
    until: (object) => object !== undefined && conditionOf(object, 'Ready')?.status === 'True',
  });
}

/** What the operator has asked for since a mark, reviews of its own rights aside. */
const asked = (from: number) => testenv.audit.requests({ user: OPERATOR_USER }).slice(from);
const askedSoFar = () => testenv.audit.requests({ user: OPERATOR_USER }).length;

async function existing(objects: readonly Manifest[]): Promise<string[]> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const { stdout } = await testenv.kubectl(['get', '--ignore-not-found', '-o', 'name', '-f', '-'], { input: list });
  return stdout.split('\n').filter((line) => line !== '');
}

/**
 * Deletes what a folder has. The API server answers with a growing delay when it cannot list the objects of a CRD yet that
 * was changed a moment ago, so under load it may take more than a minute.
 */
async function deleted(folder: string): Promise<void> {
  await kubectl('delete', '-k', join(ROOT, folder), '--ignore-not-found', '--timeout=240s');
}

async function remove(folder: string): Promise<void> {
  const objects = await kustomized(testenv, folder);
  await deleted(folder);
  // The kinds of what was there may be gone too, and then nothing of them can be left.
  expect(await existing(objects.filter(({ apiVersion }) => !apiVersion.startsWith('homelab')))).toEqual([]);
}

/** A CRD of a kind that has been deleted since is no loss. */
const isStillOurs = ({ kind, metadata }: Manifest) =>
  kind !== 'CustomResourceDefinition' ||
  definitions.some(({ group, names }) => metadata.name === `${names.plural}.${group}`);

test('an upgrade from what was installed before keeps every object, and writes nothing', async () => {
  await kubectl('apply', '-f', PREVIOUS);
  await createObject('homelab', 'kept');
  await createObject('elsewhere', 'kept');
  const before = await runOperator('before');
  await ready('homelab', 'kept');
  await ready('elsewhere', 'kept');
  await before.stop();
  const secret = await find(secretPath('homelab', 'kept'));
  await kubectl('apply', '-k', join(ROOT, 'manifests'));
  const lost = objectsIn(readFileSync(PREVIOUS, 'utf8')).filter(isStillOurs).map(idOf);
  expect((await kustomized(testenv, 'manifests')).map(idOf)).toEqual(expect.arrayContaining(lost));
  const from = askedSoFar();
  const after = await runOperator('after');
  await eventually('it is ready', async () => (await fetch(`${after.url}/readyz`)).ok);
  await createObject('homelab', 'new');
  await ready('homelab', 'new');
  expect(await unknownMetrics(after)).toEqual([]);
  expect((await find(secretPath('homelab', 'kept')))?.metadata.resourceVersion).toBe(secret?.metadata.resourceVersion);
  const writes = asked(from).filter(
    ({ verb, name }) => ['create', 'patch', 'update'].includes(verb) && name === 'kept',
  );
  expect(writes).toEqual([]);
  await after.stop();
});

/** Metrics of the alerts and the dashboard that the operator does not show, or not with these labels. */
async function unknownMetrics({ url }: OperatorProcess): Promise<readonly unknown[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const used = expressionsIn(await kustomized(testenv, 'manifests/overlays/monitoring')).flatMap(metricsIn);
  const isShown = ({ name, labels }: UsedMetric) => {
    const samples = text.split('\n').filter((line) => new RegExp(`^${name}(?:_count)?[{ ]`).test(line));
    const hasLabels = samples.every((line) => labels.every((label) => line.includes(`${label}="`)));
    return text.includes(`# TYPE ${name} `) && hasLabels;
  };
  return used.filter((metric) => !isShown(metric));
}

test('an operator of some namespaces sees and asks for nothing elsewhere', async () => {
  const objects = await kustomized(testenv, 'manifests/overlays/namespaced');
  await kubectl('apply', '-k', join(ROOT, 'manifests/overlays/namespaced'));
  // As docs/install.md says: what allowed it everything is not in the overlay, and so stays.
  await kubectl('delete', 'clusterrolebinding,clusterrole', 'hearth');
  const account = ['--as', OPERATOR_USER];
  for (const [namespace, answer] of Object.entries({ homelab: 'yes', postgres: 'yes', elsewhere: 'no' })) {
    const { stdout } = await testenv.kubectl(['auth', 'can-i', 'list', 'secrets', '-n', namespace, ...account]);
    expect([namespace, stdout.trim()]).toEqual([namespace, answer]);
  }
  const everywhere = await testenv.kubectl(['auth', 'can-i', 'get', 'secrets', '-A', ...account]);
  expect(everywhere.stdout.trim()).toBe('no');
  const from = askedSoFar();
  await createObject('elsewhere', 'unseen');
  await createObject('postgres', 'seen');
  const operator = await runOperator('namespaced', operatorEnv(objects));
  await ready('postgres', 'seen');
  expect(await find(secretPath('elsewhere', 'unseen'))).toBeUndefined();
  const requests = asked(from).filter(({ resource }) => resource !== '');
  expect(requests.filter(({ code }) => code === 403)).toEqual([]);
  const places = new Set(requests.map(({ namespace }) => namespace));
  expect([...places].filter((place) => ![...WATCHED, 'hearth-system', 'kube-system'].includes(place))).toEqual([]);
  await operator.stop();
  await remove('manifests/overlays/namespaced');
});

test('with a certificate of cert-manager, the webhook serves it and its successor, and may not write it', async () => {
  const folder = 'manifests/overlays/cert-manager';
  const objects = await kustomized(testenv, folder);
  await kubectl('apply', '-k', join(ROOT, folder));
  const port = await freePort();
  const from = askedSoFar();
  const operator = await runOperator('certificate', { ...operatorEnv(objects), HEARTH_WEBHOOK_PORT: String(port) });
  await eventually('it waits', () => operator.log().includes('the webhook waits for its certificate'));
  // The issuer that the stages of the testenv play in place of cert-manager.
  await patchCertificate({ issuerRef: { name: 'simulated' } });
  const first = await eventually('it serves the certificate', () => served(port), { timeoutMs: 30_000 });
  await patchCertificate({ dnsNames: ['hearth-webhook.hearth-system.svc', 'another.hearth-system.svc'] });
  await eventually('it serves the next one', () => served(port), {
    timeoutMs: 30_000,
    until: (print) => print !== undefined && print !== first,
  });
  const certificates = asked(from).filter(({ resource, name }) => resource === 'secrets' && name === 'hearth-webhook');
  expect(certificates.map(({ verb }) => verb).filter((verb) => !['get', 'list', 'watch'].includes(verb))).toEqual([]);
  expect(asked(from).filter(({ code }) => code === 403)).toEqual([]);
  await operator.stop();
  await remove(folder);
});

async function patchCertificate(spec: object): Promise<void> {
  const patch = JSON.stringify({ spec });
  await kubectl('patch', 'certificate', 'hearth-webhook', '-n', 'hearth-system', '--type=merge', '-p', patch);
}

/** The fingerprint of what is served to whom trusts the Secret; nothing until that is so. */
async function served(port: number): Promise<string | undefined> {
  const secret = await find(secretPath('hearth-system', 'hearth-webhook'));
  const authority = Buffer.from(secret?.data?.['ca.crt'] ?? '', 'base64').toString();
  return await shownCertificate(port, authority, 'hearth-webhook.hearth-system.svc').catch(() => undefined);
}

test('two replicas roll out, with a budget that lets one of them go', async () => {
  const folder = 'manifests/overlays/high-availability';
  await kubectl('apply', '-k', join(ROOT, folder));
  await kubectl('rollout', 'status', 'deployment/hearth', '-n', 'hearth-system', '--timeout=60s');
  const allowed = ['get', 'pdb/hearth', '-n', 'hearth-system', '-o', 'jsonpath={.status.disruptionsAllowed}'];
  await eventually('one may go', async () => (await kubectl(...allowed)) === '1', { timeoutMs: 30_000 });
  await remove(folder);
});

test('the other overlays go in one after the other, each on the last one, and leave nothing', async () => {
  const folders = ['webhook', 'monitoring', 'network-policy'].map((name) => `manifests/overlays/${name}`);
  for (const folder of folders) {
    await kubectl('apply', '-k', join(ROOT, folder));
  }
  for (const folder of folders) {
    await deleted(folder);
  }
  const all = (await Promise.all(folders.map((folder) => kustomized(testenv, folder)))).flat();
  expect(await existing(all)).toEqual([]);
});

test('a release of Helm is upgraded with its CRDs, and leaves them and their objects when it goes', async () => {
  const chart = await mkdtemp(join(tmpdir(), 'hearth-chart-'));
  await cp(join(ROOT, 'charts/hearth'), chart, { recursive: true });
  const crds = join(chart, 'templates/crds.yaml');
  await writeFile(crds, (await readFile(crds, 'utf8')).replace('- generate-secrets\n', '- older\n'));
  await helm('install', 'hearth', chart, '--create-namespace');
  expect(await shortNames()).toBe('["older"]');
  await createObject('homelab', 'released');
  await helm('upgrade', 'hearth', join(ROOT, 'charts/hearth'), '--set', 'replicas=2');
  expect(await shortNames()).toBe('["generate-secrets"]');
  await kubectl('get', 'pdb', 'hearth', '-n', 'hearth-system');
  await helm('uninstall', 'hearth', '--wait');
  expect(await find(objectPath('homelab', 'released'))).toBeDefined();
  const released = (await kustomized(testenv, 'manifests')).filter(({ kind }) => !KEPT.includes(kind));
  expect(await existing(released)).toEqual([]);
  await deleted('manifests/crds');
  await rm(chart, { recursive: true });
});

async function shortNames(): Promise<string> {
  const crd = 'generatesecrets.homelab.mortenolsen.pro';
  return await kubectl('get', 'crd', crd, '-o', 'jsonpath={.spec.names.shortNames}');
}

/** What a release leaves. */
const KEPT = ['CustomResourceDefinition', 'Namespace'];

async function helm(...args: readonly string[]): Promise<void> {
  const binary = await ensureHelm((line) => process.stderr.write(`helm: ${line}\n`));
  const place = ['--namespace', 'hearth-system', '--kubeconfig', testenv.kubeconfig];
  await promisify(execFile)(binary, [...args, ...place]);
}
