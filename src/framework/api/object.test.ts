import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareResourceVersions,
  describeRef,
  joinApiVersion,
  type KubeObject,
  keyFor,
  keyOf,
  refOf,
  splitApiVersion,
} from './object.ts';

describe('compareResourceVersions', () => {
  test.each([
    { a: '1', b: '2', sign: -1 },
    { a: '2', b: '1', sign: 1 },
    { a: '7', b: '7', sign: 0 },
    { a: '9', b: '10', sign: -1 },
    { a: '1000', b: '999', sign: 1 },
    { a: '9007199254740993', b: '9007199254740992', sign: 1 },
    { a: '18446744073709551615', b: '9999999999999999999', sign: 1 },
    { a: '', b: '1', sign: -1 },
  ])('$a against $b has the sign $sign', ({ a, b, sign }) => {
    expect(Math.sign(compareResourceVersions(a, b))).toBe(sign);
  });

  test('orders as the numbers do, of any size', () => {
    const version = fc.bigInt({ min: 1n, max: 2n ** 128n });
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = Math.sign(compareResourceVersions(String(a), String(b)));
        expect(order).toBe(Number(a > b) - Number(a < b));
      }),
    );
  });
});

describe('names', () => {
  const object: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'home', uid: 'u', resourceVersion: '1' },
  };
  const clusterWide: KubeObject = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1', uid: 'u', resourceVersion: '1' },
  };

  test.each([
    { name: 'a', namespace: 'home', key: 'home/a' },
    { name: 'a', namespace: undefined, key: 'a' },
    { name: 'a', namespace: '', key: 'a' },
  ])('the key of $name in $namespace is $key', ({ name, namespace, key }) => {
    expect(keyFor(name, namespace)).toBe(key);
  });

  test('an object is named by its kind and its key', () => {
    expect([keyOf(object), keyOf(clusterWide)]).toEqual(['home/web', 'n1']);
    expect([describeRef(refOf(object)), describeRef(refOf(clusterWide))]).toEqual(['Deployment home/web', 'Node n1']);
    expect(refOf(object)).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'home' });
  });
});

describe('apiVersion', () => {
  test.each([
    { apiVersion: 'v1', group: '', version: 'v1' },
    { apiVersion: 'apps/v1', group: 'apps', version: 'v1' },
    { apiVersion: 'gateway.networking.k8s.io/v1beta1', group: 'gateway.networking.k8s.io', version: 'v1beta1' },
  ])('$apiVersion is split and joined', ({ apiVersion, group, version }) => {
    expect(splitApiVersion(apiVersion)).toEqual({ group, version });
    expect(joinApiVersion(group, version)).toBe(apiVersion);
  });
});
