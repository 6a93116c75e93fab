import { describe, expect, test } from 'vitest';
import { convexSpec, referents } from '../testing/convex-input.ts';
import { resolveObjectStorage } from './object-storage.ts';

const s3 = (fields: Readonly<Record<string, unknown>>) =>
  convexSpec({ backend: { db: { engine: 'sqlite' }, s3: { enabled: true, secretRef: 's', ...fields } } }).backend.s3;

const KEYS = {
  accessKeyIdKey: 'id',
  secretAccessKeyKey: 'key',
  bucketKey: 'bucket',
  regionKey: 'region',
  endpointKey: 'endpoint',
};
const SECRET = { id: 'i', key: 'k', bucket: 'b', region: 'r', endpoint: 'http://e' };
const CREDENTIALS = { accessKeyIdKey: 'id', secretAccessKeyKey: 'key' };
const CLAIM = { secrets: { s: { AWS_ACCESS_KEY_ID: 'i', AWS_SECRET_ACCESS_KEY: 'k' } }, claimed: ['s'] };
const CLAIM_MAP = { BUCKET_NAME: 'b', BUCKET_HOST: 'h', BUCKET_PORT: '80', BUCKET_REGION: 'r' };

function problems(fields: Readonly<Record<string, unknown>>, objects: Parameters<typeof referents>[0]) {
  const result = resolveObjectStorage(s3(fields), referents(objects));
  return result.ok ? [] : result.problems;
}

function storage(fields: Readonly<Record<string, unknown>>, objects: Parameters<typeof referents>[0]) {
  const result = resolveObjectStorage(s3(fields), referents(objects));
  return result.ok ? result.storage : undefined;
}

describe('object storage', () => {
  test('is looked at only when it is enabled', () => {
    expect(resolveObjectStorage(s3({ enabled: false, secretRef: undefined }), referents())).toEqual({ ok: true });
  });

  test('comes from a Secret that has everything', () => {
    expect(problems(KEYS, { secrets: { s: SECRET } })).toEqual([]);
    expect(storage(KEYS, { secrets: { s: SECRET } })?.bucket).toEqual({ from: 'secret', name: 's', key: 'bucket' });
  });

  test('takes bucket, region and endpoint from a ConfigMap, which the Secret then need not have', () => {
    const fields = { ...KEYS, configMapRef: 'c' };
    const objects = { secrets: { s: { id: '', key: '' } }, configMaps: { c: SECRET } };
    expect(problems(fields, objects)).toEqual([]);
    expect(storage(fields, objects)?.endpoint).toEqual({ from: 'configMap', name: 'c', key: 'endpoint' });
  });

  test('does not need a ConfigMap or any key when all three are inline', () => {
    const inline = { ...CREDENTIALS, configMapRef: 'c', endpoint: 'http://e', bucket: 'b', region: 'r' };
    expect(problems(inline, { secrets: { s: { id: '', key: '' } } })).toEqual([]);
  });

  test.each([
    [{ secretRef: '' }, {}, ['s3 secret is required: set spec.backend.s3.secretRef']],
    [KEYS, {}, ['Secret s does not exist']],
    [
      KEYS,
      { secrets: { s: { id: '', key: '', endpoint: '' } } },
      ['Secret s is missing key "region"', 'Secret s is missing key "bucket"'],
    ],
    [{ ...KEYS, configMapRef: 'c' }, { secrets: { s: SECRET } }, ['ConfigMap c does not exist']],
    [
      { ...KEYS, configMapRef: 'c' },
      { secrets: { s: SECRET }, configMaps: { c: { bucket: '', region: '' } } },
      ['ConfigMap c is missing key "endpoint"'],
    ],
    [
      {},
      { secrets: { s: SECRET } },
      [
        's3 accessKeyIdKey is required',
        's3 secretAccessKeyKey is required',
        's3 bucket or bucketKey is required',
        's3 region or regionKey is required',
        's3 endpoint or endpointKey is required',
      ],
    ],
    [
      { ...KEYS, endpointHostKey: 'h' },
      { secrets: { s: SECRET } },
      ['s3 endpointHostKey and endpointPortKey need a configMapRef'],
    ],
    [
      { ...KEYS, configMapRef: 'c', endpointHostKey: 'h' },
      { secrets: { s: SECRET } },
      ['s3 needs exactly one of endpointKey and endpointHostKey with a configMapRef'],
    ],
    [
      { ...KEYS, configMapRef: 'c', endpointPortKey: 'p' },
      { secrets: { s: SECRET } },
      ['s3 endpointPortKey needs endpointHostKey'],
    ],
  ])('with %j tells everything that is wrong', (fields, objects, expected) => {
    expect(problems(fields, objects)).toEqual(expected);
  });
});

describe('the keys of an ObjectBucketClaim', () => {
  test('are filled in', () => {
    const objects = { ...CLAIM, configMaps: { s: CLAIM_MAP } };
    expect(problems({}, objects)).toEqual([]);
    expect(storage({}, objects)).toMatchObject({
      accessKeyId: { key: 'AWS_ACCESS_KEY_ID' },
      bucket: { from: 'configMap', name: 's', key: 'BUCKET_NAME' },
      endpoint: { from: 'parts', scheme: 'http', host: { key: 'BUCKET_HOST' }, port: { key: 'BUCKET_PORT' } },
      usesPathStyle: true,
    });
  });

  test('leave alone what is given', () => {
    const objects = { ...CLAIM, configMaps: { s: { ...CLAIM_MAP, mine: 'b' } } };
    const given = { bucketKey: 'mine', region: 'eu', endpoint: 'https://e' };
    expect(storage(given, objects)).toMatchObject({
      bucket: { key: 'mine' },
      region: { from: 'inline', value: 'eu' },
      endpoint: { from: 'inline', value: 'https://e' },
    });
  });

  test('have a region even when the provisioner left it blank, but not when it left it out', () => {
    const blank = { ...CLAIM, configMaps: { s: { ...CLAIM_MAP, BUCKET_REGION: ' ' } } };
    expect(storage({}, blank)?.region).toEqual({ from: 'inline', value: 'us-east-1' });
    const { BUCKET_REGION: _, ...without } = CLAIM_MAP;
    expect(problems({}, { ...CLAIM, configMaps: { s: without } })).toEqual([
      'ConfigMap s is missing key "BUCKET_REGION"',
    ]);
  });

  test('are not looked for when that is switched off, or the Secret is of nobody', () => {
    const objects = { ...CLAIM, configMaps: { s: CLAIM_MAP } };
    expect(problems({ autoDetectOBC: false }, objects)).toContain('s3 accessKeyIdKey is required');
    expect(problems({}, { ...objects, claimed: [] })).toContain('s3 accessKeyIdKey is required');
  });
});
