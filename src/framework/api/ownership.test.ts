import { describe, expect, test } from 'vitest';
import type { FieldSet, KubeObject, ManagedFieldsEntry, OwnerReference } from './object.ts';
import { assertMayWrite, coversFields, OwnershipError, type OwnershipRules, ownedFields } from './ownership.ts';

/** As a real server records an apply of {@link deployment}. */
const deploymentFields: FieldSet = {
  'f:metadata': {
    'f:annotations': { 'f:hearth.internal/applied': {} },
    'f:labels': { 'f:app.kubernetes.io/managed-by': {} },
    'f:ownerReferences': { 'k:{"uid":"6f0e8a7a-1111-4222-8333-944455566677"}': {} },
  },
  'f:spec': {
    'f:replicas': {},
    'f:selector': {},
    'f:strategy': { 'f:type': {} },
    'f:template': {
      'f:metadata': { 'f:labels': { 'f:app': {} } },
      'f:spec': {
        'f:containers': {
          'k:{"name":"web"}': {
            '.': {},
            'f:args': {},
            'f:env': { 'k:{"name":"PORT"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
            'f:image': {},
            'f:name': {},
            'f:ports': { 'k:{"containerPort":8080,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
            'f:resources': { 'f:limits': { 'f:memory': {} } },
            'f:volumeMounts': { 'k:{"mountPath":"/data"}': { '.': {}, 'f:mountPath': {}, 'f:name': {} } },
          },
          'k:{"name":"proxy"}': { '.': {}, 'f:image': {}, 'f:name': {} },
        },
        'f:volumes': { 'k:{"name":"data"}': { '.': {}, 'f:emptyDir': {}, 'f:name': {} } },
      },
    },
  },
};

const deployment = {
  metadata: {
    annotations: { 'hearth.internal/applied': 'digest' },
    labels: { 'app.kubernetes.io/managed-by': 'hearth' },
    ownerReferences: [
      { apiVersion: 'a/v1', kind: 'Domain', name: 'd', uid: '6f0e8a7a-1111-4222-8333-944455566677', controller: true },
    ],
  },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    strategy: { type: 'Recreate' },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'web:1',
            args: ['--port', '8080'],
            env: [{ name: 'PORT', value: '8080' }],
            ports: [{ containerPort: 8080 }],
            resources: { limits: { memory: '1024Mi' } },
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
          { name: 'proxy', image: 'proxy:1' },
        ],
        volumes: [{ name: 'data', emptyDir: {} }],
      },
    },
  },
};

const serviceFields: FieldSet = {
  'f:metadata': {
    'f:finalizers': { 'v:"hearth.internal/cleanup"': {} },
    'f:labels': { 'f:app': {} },
  },
  'f:spec': {
    'f:externalIPs': {},
    'f:ports': {
      'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {}, 'f:targetPort': {} },
      'k:{"port":53,"protocol":"UDP"}': { '.': {}, 'f:name': {}, 'f:port': {}, 'f:protocol': {} },
    },
    'f:selector': {},
  },
};

const service = {
  metadata: { finalizers: ['hearth.internal/cleanup'], labels: { app: 'web' } },
  spec: {
    externalIPs: ['10.0.0.1'],
    ports: [
      { name: 'http', port: 80, targetPort: 'http' },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ],
    selector: { app: 'web' },
  },
};

/** The set without one path, and without what is empty then: what the server records when somebody changes a field. */
function without(fields: FieldSet, [first, ...rest]: readonly string[]): FieldSet {
  if (first === undefined || !(first in fields)) {
    throw new Error(`the path ${first} is not in the set`);
  }
  const { [first]: child = {}, ...others } = fields;
  const left = rest.length === 0 ? {} : without(child, rest);
  return Object.keys(left).length === 0 ? others : { ...others, [first]: left };
}

const podSpec = ['f:spec', 'f:template', 'f:spec'];
const web = [...podSpec, 'f:containers', 'k:{"name":"web"}'];

describe('coversFields', () => {
  test('an object as it was applied is covered, whatever values the server made of it', () => {
    expect(coversFields(deploymentFields, deployment)).toBe(true);
    expect(coversFields(serviceFields, service)).toBe(true);
  });

  test.each([
    { what: 'a scalar', path: ['f:spec', 'f:replicas'] },
    { what: 'an annotation', path: ['f:metadata', 'f:annotations', 'f:hearth.internal/applied'] },
    { what: 'a map that is owned as a whole', path: ['f:spec', 'f:selector'] },
    { what: 'the owner reference', path: ['f:metadata', 'f:ownerReferences'] },
    { what: 'an image in a map list', path: [...web, 'f:image'] },
    { what: 'a list that is owned as a whole', path: [...web, 'f:args'] },
    { what: 'a value in a map list in a map list', path: [...web, 'f:env', 'k:{"name":"PORT"}', 'f:value'] },
    { what: 'a whole item', path: [...podSpec, 'f:containers', 'k:{"name":"proxy"}'] },
    { what: 'the only item', path: [...web, 'f:ports', 'k:{"containerPort":8080,"protocol":"TCP"}'] },
    { what: 'a field deep in maps', path: [...web, 'f:resources', 'f:limits', 'f:memory'] },
    { what: 'an empty container', path: [...podSpec, 'f:volumes', 'k:{"name":"data"}', 'f:emptyDir'] },
  ])('drift of $what in a Deployment is seen', ({ path }) => {
    expect(coversFields(without(deploymentFields, path), deployment)).toBe(false);
  });

  test.each([
    { what: 'a value of a set', path: ['f:metadata', 'f:finalizers', 'v:"hearth.internal/cleanup"'] },
    { what: 'a port', path: ['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}'] },
    { what: 'the target of a port', path: ['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:targetPort'] },
    { what: 'an atomic list', path: ['f:spec', 'f:externalIPs'] },
  ])('drift of $what in a Service is seen', ({ path }) => {
    expect(coversFields(without(serviceFields, path), service)).toBe(false);
  });

  test.each<{ name: string; fields: FieldSet; desired: unknown; covered: boolean }>([
    { name: 'an empty map', fields: { 'f:emptyDir': {} }, desired: { emptyDir: {} }, covered: true },
    { name: 'an empty list', fields: { 'f:args': {} }, desired: { args: [] }, covered: true },
    { name: 'an empty map that is not ours', fields: { 'f:x': {} }, desired: { emptyDir: {} }, covered: false },
    { name: 'a marked empty map', fields: { 'f:emptyDir': { '.': {} } }, desired: { emptyDir: {} }, covered: true },
    { name: 'fields left undefined', fields: { 'f:a': {} }, desired: { a: 1, b: undefined }, covered: true },
    { name: 'a field set to null that is not ours', fields: { 'f:a': {} }, desired: { a: 1, b: null }, covered: false },
    { name: 'more fields than wanted', fields: { 'f:a': {}, 'f:b': {} }, desired: { a: 1 }, covered: true },
    {
      name: 'numbers in a set',
      fields: { 'f:ports': { 'v:80': {}, 'v:443': {} } },
      desired: { ports: [443, 80] },
      covered: true,
    },
    { name: 'a number against its text', fields: { 'f:s': { 'v:80': {} } }, desired: { s: ['80'] }, covered: false },
    {
      name: 'a wanted protocol that differs from the one recorded',
      fields: { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
      desired: { ports: [{ port: 80, protocol: 'UDP' }] },
      covered: false,
    },
    {
      name: 'a scalar where an item with keys was',
      fields: { 'f:ports': { 'k:{"port":80}': { 'f:port': {} } } },
      desired: { ports: [80] },
      covered: false,
    },
  ])('$name: covered is $covered', ({ fields, desired, covered }) => {
    expect(coversFields(fields, desired)).toBe(covered);
  });

  test.each<{ name: string; desired: unknown; live: unknown; covered: boolean }>([
    { name: 'an empty list that is there', desired: { b: [] }, live: { b: [] }, covered: true },
    { name: 'an empty list that is gone', desired: { b: [] }, live: {}, covered: false },
    { name: 'an empty list that somebody filled', desired: { b: [] }, live: { b: [1] }, covered: false },
    { name: 'an empty map that somebody filled', desired: { b: {} }, live: { b: { c: 1 } }, covered: false },
    { name: 'null that is null', desired: { b: null }, live: { b: null }, covered: true },
    { name: 'an empty list in a map', desired: { b: { c: [] } }, live: { b: { c: [], d: 1 } }, covered: true },
    { name: 'a value in a map', desired: { b: { c: 'x' } }, live: { b: { c: 'x' } }, covered: false },
    { name: 'an empty text', desired: { b: '' }, live: { b: '' }, covered: false },
  ])('nothing is recorded for $name: covered is $covered', ({ desired, live, covered }) => {
    expect(coversFields({ 'f:a': {} }, { a: 1, ...(desired as object) }, live)).toBe(covered);
  });

  test('the order of a map list does not count', () => {
    const { ports } = service.spec;
    expect(coversFields(serviceFields, { ...service, spec: { ...service.spec, ports: ports.toReversed() } })).toBe(
      true,
    );
  });

  test('one recorded item does not cover two wanted ones', () => {
    const fields = { 'f:ports': { 'k:{"port":53,"protocol":"UDP"}': { '.': {}, 'f:port': {}, 'f:protocol': {} } } };
    // The item for TCP, whose protocol is the server's default, was removed by somebody.
    expect(coversFields(fields, { ports: [{ port: 53 }, { port: 53, protocol: 'UDP' }] })).toBe(false);
  });
});

type Live = { managedFields?: readonly ManagedFieldsEntry[]; ownerReferences?: readonly OwnerReference[] };

function live(parts: Live): KubeObject {
  const metadata = { name: 'db', namespace: 'home', uid: 'u', resourceVersion: '1', ...parts };
  return { apiVersion: 'v1', kind: 'Secret', metadata };
}

const fieldsV1 = { 'f:data': {} };
const applied = { manager: 'hearth', operation: 'Apply', fieldsV1 };

describe('a Secret that is kept for another object', () => {
  const owner = { kind: 'GenerateSecret', name: 'mine', namespace: 'home', uid: 'm' };
  const kept = live({});
  const annotations = { 'hearth.internal/kept-for': 'GenerateSecret/home/other' };
  const secret = { ...kept, metadata: { ...kept.metadata, annotations } };

  test('is adopted once that object is gone, and not before', () => {
    const asked: string[] = [];
    const rules = (isAlive: boolean) => ({
      owner,
      adopt: true,
      isHolderAlive: (mark: string) => asked.push(mark) > 0 && isAlive,
    });
    expect(() => assertMayWrite(secret, rules(true))).toThrow(/is kept for GenerateSecret\/home\/other/);
    expect(() => assertMayWrite(secret, rules(false))).not.toThrow();
    expect(asked).toEqual(['GenerateSecret/home/other', 'GenerateSecret/home/other']);
    expect(() => assertMayWrite(secret, { owner })).toThrow(OwnershipError);
  });
});

describe('ownedFields', () => {
  test.each<{ name: string; managedFields: ManagedFieldsEntry[]; found: FieldSet | undefined }>([
    { name: 'our apply', managedFields: [{ manager: 'kubectl', operation: 'Apply' }, applied], found: fieldsV1 },
    { name: 'nothing', managedFields: [], found: undefined },
    { name: 'an update by us', managedFields: [{ ...applied, operation: 'Update' }], found: undefined },
    { name: 'an apply by another', managedFields: [{ ...applied, manager: 'argocd' }], found: undefined },
    { name: 'our apply of the status', managedFields: [{ ...applied, subresource: 'status' }], found: undefined },
  ])('of an object with $name', ({ managedFields, found }) => {
    expect(ownedFields(live({ managedFields }))).toEqual(found);
  });

  test('of an object without managed fields are unknown', () => {
    expect(ownedFields(live({}))).toBeUndefined();
  });
});

describe('assertMayWrite', () => {
  const owner = { kind: 'Domain', name: 'mine', uid: 'owner' };
  const controlledBy = (uid: string): OwnerReference[] => [
    { apiVersion: 'a/v1', kind: 'Domain', name: 'theirs', uid, controller: true },
  ];
  const made = 'Secret home/db exists and was not made by Hearth: rename or delete one of the two';
  const controlled = 'Secret home/db is controlled by Domain theirs: rename one of the two';

  test.each<{ name: string; object: Live; rules: OwnershipRules }>([
    { name: 'what we applied', object: { managedFields: [applied] }, rules: { owner } },
    { name: 'what we applied, without an owner', object: { managedFields: [applied] }, rules: {} },
    { name: 'what the owner controls', object: { ownerReferences: controlledBy('owner') }, rules: { owner } },
    {
      name: 'what the owner has, though it does not control it',
      object: { ownerReferences: [{ apiVersion: 'a/v1', kind: 'Domain', name: 'mine', uid: 'owner' }] },
      rules: { owner },
    },
    { name: 'what nobody controls, when it is to be adopted', object: {}, rules: { owner, adopt: true } },
  ])('allows $name', ({ object, rules }) => {
    expect(() => assertMayWrite(live(object), rules)).not.toThrow();
  });

  test.each<{ name: string; object: Live; rules: OwnershipRules; message: string }>([
    { name: 'what somebody else made', object: {}, rules: { owner }, message: made },
    { name: 'what somebody else made, without an owner', object: {}, rules: {}, message: made },
    {
      name: 'what another object of ours controls',
      object: { managedFields: [applied], ownerReferences: controlledBy('other') },
      rules: { owner },
      message: controlled,
    },
    {
      name: 'what another object controls, also when it is to be adopted',
      object: { ownerReferences: controlledBy('other') },
      rules: { owner, adopt: true },
      message: controlled,
    },
    {
      name: 'what an object controls, when nobody is to own it',
      object: { managedFields: [applied], ownerReferences: controlledBy('other') },
      rules: {},
      message: controlled,
    },
    {
      name: 'what a namesake of the owner controlled before it was made anew',
      object: { managedFields: [applied], ownerReferences: controlledBy('earlier-uid') },
      rules: { owner: { ...owner, name: 'theirs' } },
      message: controlled,
    },
    {
      name: 'what is owned by another object without being controlled',
      object: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'other' }] },
      rules: { owner },
      message: made,
    },
  ])('refuses $name', ({ object, rules, message }) => {
    expect(() => assertMayWrite(live(object), rules)).toThrow(new OwnershipError(message));
  });
});
