import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { createCrdManifest, createWebhookConfigurations } from '../../src/framework/framework.ts';
import { generateSecretDefinition } from '../../src/resources/generate-secret/generate-secret.ts';
import { serviceAccountKubeconfig } from '../../testenv/src/service-account.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { letterDefinition } from '../harness/letter-kind.ts';
import { freePort, LETTER_RIGHTS, shownCertificate } from '../harness/letter-webhook.ts';
import { type OperatorProcess, startOperator } from '../harness/operator-process.ts';
import { applyAll, establishCrd } from '../harness/own-cluster.ts';
import { conditionOf, type SeenObject } from '../harness/suite.ts';

/** A control plane of its own, for what is tested here concerns the whole cluster; installed as the overlay has it. */
let testenv: Testenv;
let kubeconfig: string;
let port: number;
let otherPort: number;
const replicas: OperatorProcess[] = [];

const test = testNeeding('faults');

const ROOT = join(import.meta.dirname, '../..');
const NAMESPACE = 'webhook';
const NAME = 'hearth-webhook';
const GROUP = 'homelab.mortenolsen.pro';
const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const SECRET = `/api/v1/namespaces/hearth-system/secrets/${NAME}`;

/** So short that a certificate is replaced every twelve seconds, and the authority every forty-eight. */
const CERTIFICATE_SECONDS = 18;

const definitions = [generateSecretDefinition, letterDefinition];
const MODULES = [
  join(ROOT, 'src/resources/generate-secret/generate-secret.ts'),
  join(ROOT, 'tests/harness/letter-kind.ts'),
];

async function startReplica(name: string, webhookPort: number): Promise<OperatorProcess> {
  const replica = await startOperator({
    name: `webhook-${name}`,
    kubeconfig,
    namespaces: [NAMESPACE],
    entry: join(ROOT, 'tests/harness/definitions-operator.ts'),
    env: {
      HEARTH_TEST_DEFINITIONS: MODULES.join(','),
      POD_NAMESPACE: 'hearth-system',
      HEARTH_WEBHOOK_PORT: String(webhookPort),
      HEARTH_WEBHOOK_HOSTS: '127.0.0.1',
      HEARTH_WEBHOOK_CERTIFICATE_DAYS: String(CERTIFICATE_SECONDS / 86_400),
    },
  });
  replicas.push(replica);
  await eventually(`${name} serves the webhook`, () => replica.log().includes('the webhook listens'));
  return replica;
}

beforeAll(async () => {
  testenv = await startTestenv({ profile: 'api', thirdParties: false });
  const installed = await testenv.kubectl(['apply', '-k', join(ROOT, 'manifests/overlays/webhook')]);
  expect(installed.stderr).toBe('');
  await testenv.kubectl(['create', 'namespace', NAMESPACE]);
  port = await freePort();
  await establishCrd(testenv, createCrdManifest(letterDefinition, { url: urlOf('convert') }));
  await applyAll(testenv, ...LETTER_RIGHTS);
  kubeconfig = await serviceAccountKubeconfig(testenv, { namespace: 'hearth-system', name: 'hearth' });
});

afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.kill()));
  await testenv.stop();
});

const urlOf = (path: string) => `https://127.0.0.1:${port}/${path}`;

async function read<T = SeenObject>(path: string): Promise<T> {
  const { status, body } = await testenv.request({ path });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as T;
}

const metadataOf = (name: string) => ({ name, namespace: NAMESPACE });

function manifest(kind: string, name: string, spec: object) {
  return { apiVersion: `${GROUP}/v1`, kind, metadata: metadataOf(name), spec };
}

function letter(name: string, spec: object) {
  return { apiVersion: `${GROUP}/v2`, kind: 'Letter', metadata: metadataOf(name), spec };
}

const wrongSecret = (name: string) =>
  manifest('GenerateSecret', name, { fields: [{ name: 'a', template: '{{nope}}' }] });

/** What a run says of {@link wrongSecret}. */
const WRONG = 'The template of a uses nope, which is not a field with a value';

/** Applies one object as a user does. */
async function apply(object: object): Promise<{ code: number | null; stderr: string }> {
  return await testenv.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
}

const pathOf = (plural: string, name = '', version = 'v1') =>
  `/apis/${GROUP}/${version}/namespaces/${NAMESPACE}/${plural}/${name}`.replace(/\/$/, '');

/** What a run says of an object. */
async function conditionMessage(plural: string, name: string, reason: string): Promise<string | undefined> {
  const version = plural === 'letters' ? 'v2' : 'v1';
  const object = await eventually(`${name} is ${reason}`, () => read(pathOf(plural, name, version)), {
    timeoutMs: 30_000,
    until: (seen) => conditionOf(seen, 'Stalled')?.reason === reason,
  });
  return conditionOf(object, 'Ready')?.message;
}

/** The configurations, with the address where the operator is here. */
async function turnOn(): Promise<void> {
  const configurations = createWebhookConfigurations(NAME, definitions, (path) => ({ url: urlOf(path) }));
  for (const configuration of configurations) {
    await testenv.kubectl(['delete', configuration.kind, NAME, '--ignore-not-found']);
    await applyAll(testenv, configuration);
  }
}

type Trusting = { readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[] };

async function turnOff(): Promise<void> {
  await testenv.kubectl(['delete', 'validatingwebhookconfiguration,mutatingwebhookconfiguration', NAME]);
}

const dryRun = (object: object, plural: string, version = 'v1') =>
  testenv.request({ method: 'POST', path: `${pathOf(plural, '', version)}?dryRun=All`, body: object });

/** Waits until the API server, which learns of configurations a moment later, asks the webhook. */
async function asked(): Promise<void> {
  await eventually(
    'the webhook is asked',
    async () => (await dryRun(wrongSecret('probe'), 'generatesecrets')).status === 422,
    {
      timeoutMs: 30_000,
    },
  );
}

async function materialInSecret(): Promise<Record<string, string>> {
  const { data = {} } = await read(SECRET);
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]));
}

/** What the webhook shows to a client that trusts what is in the Secret. */
async function servedAt(servedPort: number): Promise<string> {
  const { 'ca.crt': authorities = '' } = await materialInSecret();
  return await shownCertificate(servedPort, authorities);
}

test('before there is an operator, objects are accepted, and its first run says what is wrong with them', async () => {
  expect(await apply(wrongSecret('early'))).toMatchObject({ code: 0 });
  await startReplica('first', port);
  expect(await conditionMessage('generatesecrets', 'early', 'UnknownField')).toBe(WRONG);
  const early = await read(pathOf('generatesecrets', 'early'));
  expect(conditionOf(early, 'SecretUpdated')).toMatchObject({
    status: 'False',
    reason: 'UnknownField',
    message: WRONG,
  });
});

/** Waits until the API server is told to trust what is in the Secret. */
async function trusted(): Promise<void> {
  await eventually('the authorities are trusted', async () => {
    const { 'ca.crt': authorities = '' } = await materialInSecret();
    const { webhooks } = await read<Trusting>(`${ADMISSION}/validatingwebhookconfigurations/${NAME}`);
    const caBundle = Buffer.from(authorities).toString('base64');
    return caBundle !== '' && webhooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle);
  });
}

test('the shipped configuration is told whom to trust, with the shipped rights', async () => {
  await trusted();
  const { 'tls.crt': certificate = '' } = await materialInSecret();
  expect(new X509Certificate(certificate).checkHost(`${NAME}.hearth-system.svc`)).toBeDefined();
});

test('an object is refused when it is applied, in the words of a run', async () => {
  await turnOn();
  await asked();
  const { code, stderr } = await apply(wrongSecret('late'));
  expect(code).toBe(1);
  expect(stderr).toContain(`denied the request: GenerateSecret ${NAMESPACE}/late: ${WRONG}`);
  expect((await testenv.request({ path: pathOf('generatesecrets', 'late') })).status).toBe(404);
});

test('what is wrong and admitted all the same is warned of, in the words of a run', async () => {
  const recipients = Array.from({ length: 9 }, (_, index) => `reader-${index}`);
  const crowded = await apply(letter('crowded', { recipients }));
  expect(crowded).toMatchObject({ code: 0 });
  const message = await conditionMessage('letters', 'crowded', 'Crowded');
  expect(message).toBe('spec.recipients has more than 8 names: write two letters');
  expect(crowded.stderr).toContain(`Warning: Letter ${NAMESPACE}/crowded: ${message}`);
});

test('an object that was wrong before can be labelled, mended and deleted', async () => {
  const labelled = await testenv.kubectl(['label', 'generatesecret', 'early', '-n', NAMESPACE, 'a=b']);
  expect(labelled).toMatchObject({ code: 0 });
  const { code, stderr } = await apply(
    manifest('GenerateSecret', 'early', { fields: [{ name: 'b', template: '{{nope}}' }] }),
  );
  expect(code).toBe(1);
  expect(stderr).toContain('The template of b uses nope');
  expect(await apply(manifest('GenerateSecret', 'early', { fields: [{ name: 'a' }] }))).toMatchObject({ code: 0 });
  expect(await testenv.kubectl(['delete', 'generatesecret', 'early', '-n', NAMESPACE])).toMatchObject({ code: 0 });
});

test('defaults that are computed are stored, and filled in for a run where they are not', async () => {
  expect(await apply(letter('stored', { recipients: ['ada'] }))).toMatchObject({ code: 0 });
  const stored = await read(pathOf('letters', 'stored', 'v2'));
  expect(stored.spec).toEqual({ recipients: ['ada'], subject: 'For ada', text: '' });
  const sent = (name: string) =>
    eventually(`${name} is sent`, async () => (await read(pathOf('letters', name, 'v2'))).status?.['sent']);
  expect(await sent('stored')).toBe('For ada to ada');
  const shorter = letter('stored', { recipients: ['ada'], subject: 'For ada', text: 'long' });
  expect(await apply(shorter)).toMatchObject({ code: 0 });
  const refused = await apply({ ...shorter, spec: { ...shorter.spec, text: '' } });
  expect(refused.stderr).toContain('spec.text cannot become shorter: write another letter');

  await turnOff();
  await eventually(
    'the webhook is not asked',
    async () => (await dryRun(wrongSecret('probe'), 'generatesecrets')).status === 201,
  );
  expect(await apply(letter('bare', { recipients: ['bob'] }))).toMatchObject({ code: 0 });
  expect((await read(pathOf('letters', 'bare', 'v2'))).spec).toEqual({ recipients: ['bob'], text: '' });
  expect(await sent('bare')).toBe('For bob to bob');
  expect(await apply(letter('double', { recipients: ['eve', 'eve'] }))).toMatchObject({ code: 0 });
  expect(await conditionMessage('letters', 'double', 'Double')).toBe('spec.recipients names eve twice: name it once');
  await turnOn();
  await asked();
});

test('an object of an older version is stored, checked and read in either version', async () => {
  const old = manifest('Letter', 'old', { to: 'ada,bob', text: 'hi' });
  const applied = await apply(old);
  expect(applied).toMatchObject({ code: 0 });
  expect(applied.stderr).toContain('Letter v1 is deprecated');
  const spec = { recipients: ['ada', 'bob'], subject: 'For ada', text: 'hi' };
  expect((await read(pathOf('letters', 'old', 'v2'))).spec).toEqual(spec);
  expect((await read(pathOf('letters', 'old', 'v1'))).spec).toEqual({ to: 'ada,bob', subject: 'For ada', text: 'hi' });
  const double = await apply(manifest('Letter', 'old', { to: 'ada,ada', text: 'hi' }));
  expect(double.stderr).toContain('spec.recipients names ada twice');
});

test('a check that fails itself lets the object pass, with a warning', async () => {
  const { code, stderr } = await apply(letter('bad-check', { recipients: ['a'], text: 'explode' }));
  expect(code).toBe(0);
  expect(stderr).toContain(`Warning: Letter ${NAMESPACE}/bad-check was not checked`);
});

const standby = () => replicas[1] as OperatorProcess;

/** The writes that a replica has sent, or was about to send and may not, as its metrics have them. */
async function writesTriedBy({ url }: OperatorProcess): Promise<string[]> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return [...metrics.matchAll(/^rest_client_requests_total\{.*method="(?:PATCH|POST|PUT|DELETE)".*$/gm)].map(String);
}

async function bothServeTheSame(): Promise<void> {
  await eventually('both serve the same', async () => (await servedAt(port)) === (await servedAt(otherPort)));
}

test('a second replica agrees on the authority, and answers though it does not lead', async () => {
  otherPort = await freePort();
  const other = await startReplica('second', otherPort);
  expect(other.log()).not.toContain('"message":"leading"');
  await bothServeTheSame();
});

test('certificates and authority are replaced while calls go on, and not one of them is lost', async () => {
  const issuers = new Set<string>();
  const served = new Set<string>();
  const lost: unknown[] = [];
  let calls = 0;
  await eventually(
    'another authority signs, and several certificates were served',
    async () => {
      const { 'tls.crt': certificate = '' } = await materialInSecret();
      issuers.add(new X509Certificate(certificate).issuer);
      // A client that trusts the Secret's authorities is always let in, on a connection of its own.
      await servedAt(port).then(
        (fingerprint) => served.add(fingerprint),
        (error: unknown) => lost.push(error),
      );
      // A call that fails is ignored by the policy, and the object passes.
      const { status, body } = await dryRun(wrongSecret('steady'), 'generatesecrets');
      const converted = await testenv.request({ path: pathOf('letters', 'old', 'v1') });
      const failed = [...(status === 422 ? [] : [body]), ...(converted.status === 200 ? [] : [converted.body])];
      lost.push(...failed);
      calls += 1;
      return issuers.size >= 2 && served.size >= 4;
    },
    { timeoutMs: 110_000 },
  );
  expect(calls).toBeGreaterThan(20);
  expect(lost).toEqual([]);
});

test('a Secret that is deleted is made anew by the replica that leads, and trusted again', async () => {
  const { 'ca.crt': before = '' } = await materialInSecret();
  await testenv.kubectl(['delete', 'secret', NAME, '-n', 'hearth-system']);
  await trusted();
  expect((await materialInSecret())['ca.crt']).not.toContain(before);
  await bothServeTheSame();
  expect(await writesTriedBy(standby())).toEqual([]);
  await asked();
});

test('down again, objects are accepted, and the next run says what is wrong with them', async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  expect(await apply(wrongSecret('meanwhile'))).toMatchObject({ code: 0 });
  await startReplica('third', port);
  expect(await conditionMessage('generatesecrets', 'meanwhile', 'UnknownField')).toBe(WRONG);
});
