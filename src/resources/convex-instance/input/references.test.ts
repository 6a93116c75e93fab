import { describe, expect, test } from 'vitest';
import { convexSpec, referents } from '../testing/convex-input.ts';
import { instanceNameOf, withoutDatabase } from './database-url.ts';
import { contentHash, referenceNames, resolveReferences } from './references.ts';

type Fields = Readonly<Record<string, unknown>>;
const withDb = (db: Fields, rest: Fields = {}) => convexSpec({ backend: { db, ...rest } });
const POSTGRES = { engine: 'postgres', secretRef: 'db', urlKey: 'url' };

describe('references', () => {
  test('are all looked at, and every problem is told at once', () => {
    const env = [
      { name: 'A', valueFrom: { secretKeyRef: { name: 'gone', key: 'a' } } },
      { name: 'B', valueFrom: { configMapKeyRef: { name: 'c', key: 'b' } } },
      { name: 'C', valueFrom: { secretKeyRef: { name: 'gone', key: 'c', optional: true } } },
    ];
    const s3 = { enabled: true, secretRef: 's3' };
    const { problems } = resolveReferences(
      withDb(POSTGRES, { env, s3 }),
      referents({ secrets: { db: {} }, configMaps: { c: {} } }),
    );
    expect(problems).toEqual([
      'Secret db is missing key "url"',
      'Secret s3 does not exist',
      'Secret gone does not exist',
      'ConfigMap c is missing key "b"',
    ]);
  });

  test.each([
    [{ engine: 'postgres', urlKey: 'url' }, 'db secret is required'],
    [{ engine: 'mysql', secretRef: 'db' }, 'db urlKey is required'],
    [{ engine: 'sqlite', secretRef: 'gone' }, 'Secret gone does not exist'],
    [{ engine: 'sqlite', secretRef: 'db', urlKey: 'x' }, 'Secret db is missing key "x"'],
  ])('of a database such as %j are told of: %s', (db, problem) => {
    const { problems } = resolveReferences(withDb(db), referents({ secrets: { db: { url: '' } } }));
    expect(problems.join()).toContain(problem);
  });

  test('to a certificate may come later, and are not asked for where others end TLS', () => {
    const own = convexSpec({ networking: { host: 'a', tlsSecretRef: 'tls' } });
    expect(resolveReferences(own, referents())).toMatchObject({ problems: [], missingTlsSecret: 'tls' });
    expect(resolveReferences(own, referents({ secrets: { tls: {} } })).missingTlsSecret).toBeUndefined();
    const shared = convexSpec({ networking: { host: 'a', tlsSecretRef: 'tls', parentRefs: [{ name: 'g' }] } });
    expect(resolveReferences(shared, referents()).missingTlsSecret).toBeUndefined();
  });

  test('are followed: those of environment variables, of a claim, and of what is switched on only', () => {
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'a' } } }];
    const s3 = { enabled: true, secretRef: 's3' };
    expect(referenceNames(withDb(POSTGRES, { env, s3 }))).toEqual({ secrets: ['db', 's3'], configMaps: ['s3', 'c'] });
    expect(referenceNames(withDb(POSTGRES, { s3: { ...s3, enabled: false } }))).toEqual({
      secrets: ['db'],
      configMaps: [],
    });
  });
});

describe('the hash of what is used', () => {
  const spec = withDb(POSTGRES);
  const hashOf = (db: Fields, secret = 'ab') => {
    const all = referents({ secrets: { db: db as Record<string, string> } });
    return contentHash(secret, resolveReferences(spec, all).used, all);
  };

  test('changes with a value that is used, and with nothing else of the Secret', () => {
    expect(hashOf({ url: 'a', other: '1' })).toBe(hashOf({ url: 'a', other: '2' }));
    expect(hashOf({ url: 'a' })).not.toBe(hashOf({ url: 'b' }));
    expect(hashOf({ url: '' })).not.toBe(hashOf({}));
  });

  test('cannot be computed by who does not know the secret of the instance', () => {
    expect(hashOf({ url: 'a' }, 'ab')).not.toBe(hashOf({ url: 'a' }, 'cd'));
    expect(hashOf({ url: 'a' })).toMatch(/^v1:[0-9a-f]{32}$/);
  });

  test('is the same in every release: another one restarts every backend', () => {
    expect(hashOf({ url: 'postgres://u:p@h' })).toBe('v1:1822616cc50117bcad681be5097b2d4b');
  });
});

describe('the URL of a database', () => {
  test.each([
    ['postgres://u:p@h:5432/app', 'postgres://u:p@h:5432', 'app'],
    ['postgresql://u:p%40@h/my-app?sslmode=require', 'postgresql://u:p%40@h?sslmode=require', 'my-app'],
    ['mysql://u:p@h:3306/app', 'mysql://u:p@h:3306', 'app'],
  ])('%s is used without its path', (url, pathless, database) => {
    expect(withoutDatabase(url)).toEqual({ url: pathless, database });
  });

  test.each(['postgres://u:p@h:5432', 'postgres://u:p@h:5432/', 'nonsense', ''])('%j is used as it is', (url) => {
    expect(withoutDatabase(url)).toBeUndefined();
  });

  test('tells the name of the instance, unless the spec or its environment does', () => {
    const all = referents({ secrets: { db: { url: 'postgres://u@h/from_url' }, name: { n: 'from_secret' } } });
    const env = (variable: Fields) => ({ env: [{ name: 'INSTANCE_NAME', ...variable }] });
    expect(instanceNameOf(convexSpec(), 'my-app', all)).toBe('my_app');
    expect(instanceNameOf(withDb(POSTGRES), 'my-app', all)).toBe('from_url');
    expect(instanceNameOf(withDb({ ...POSTGRES, databaseName: 'given' }), 'my-app', all)).toBe('given');
    expect(instanceNameOf(withDb(POSTGRES, env({ value: 'from_env' })), 'my-app', all)).toBe('from_env');
    const byRef = env({ valueFrom: { secretKeyRef: { name: 'name', key: 'n' } } });
    expect(instanceNameOf(withDb(POSTGRES, byRef), 'my-app', all)).toBe('from_secret');
  });
});
