import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { KubeObject } from '../api/object.ts';
import { covers, idOf, isMetadataOnly, type Projection, project, projectionOf } from './projection.ts';

const container = z.object({ name: z.string(), image: z.string().optional() });
const deployments = projectionOf(
  z.object({
    metadata: z.object({ name: z.string() }),
    spec: z.object({
      replicas: z.int().default(1),
      template: z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }).optional() }),
      containers: z.array(container).nullable(),
      volumes: z.record(z.string(), z.object({ size: z.string() })).readonly(),
      anything: z.looseObject({ a: z.string() }),
    }),
  }),
);

const object: KubeObject & { readonly data: unknown } = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a', uid: 'u', resourceVersion: '1', labels: { a: 'b' } },
  spec: {
    replicas: 2,
    paused: true,
    template: { metadata: { labels: { x: 'y' }, name: 'pruned' }, spec: {} },
    containers: [{ name: 'c', image: 'i', command: ['x'] }],
    volumes: { one: { size: '1Gi', path: '/' } },
    anything: { a: 'a', b: 'b' },
  },
  status: { readyReplicas: 1 },
  data: 'x',
};

const spec = projectionOf(z.object({ spec: z.unknown() }));
const replicas = projectionOf(z.object({ spec: z.object({ replicas: z.int() }) }));
const sizes = projectionOf(
  z.object({ spec: z.object({ volumes: z.record(z.string(), z.object({ size: z.int() })) }) }),
);

describe('a projection made from a schema', () => {
  test('keeps type, metadata and what the schema has, through lists and maps', () => {
    expect(project(object, deployments)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: object.metadata,
      spec: {
        replicas: 2,
        template: { metadata: { labels: { x: 'y' } } },
        containers: [{ name: 'c', image: 'i' }],
        volumes: { one: { size: '1Gi' } },
        anything: { a: 'a', b: 'b' },
      },
    });
  });

  test('does not mind what is missing, or is not of the shape', () => {
    expect(project({ ...object, spec: undefined }, deployments)).not.toHaveProperty('spec');
    expect(project({ ...object, spec: 'text' }, deployments)).toHaveProperty('spec', 'text');
    expect(project({ ...object, spec: { containers: null } }, deployments)).toHaveProperty('spec', {
      containers: null,
    });
  });

  test('has a type in which what is pruned cannot be read', () => {
    type Kept = NonNullable<(typeof replicas)[keyof typeof replicas & symbol]>;
    expectTypeOf<Kept>().toEqualTypeOf<{ spec: { replicas: number } }>();
  });
});

describe('projections', () => {
  test('all and metadata do as they say', () => {
    expect(project(object, 'full')).toEqual(object);
    const { apiVersion, kind, metadata } = object;
    expect(project(object, 'metadata')).toEqual({ apiVersion, kind, metadata });
    expect(isMetadataOnly(projectionOf(z.object({ metadata: z.unknown() })))).toBe(true);
    expect([isMetadataOnly('full'), isMetadataOnly(replicas)]).toEqual([false, false]);
  });

  test('are the same when they keep the same, whatever the order', () => {
    const shape = { a: z.string(), b: z.string() };
    const reversed = { b: z.string(), a: z.string() };
    expect(idOf(projectionOf(z.object(shape)))).toBe(idOf(projectionOf(z.object(reversed))));
    expect(idOf(spec)).not.toBe(idOf(replicas));
  });

  test.each<{ wider: Projection; narrower: Projection; does: boolean }>([
    { wider: 'full', narrower: 'full', does: true },
    { wider: 'full', narrower: 'metadata', does: true },
    { wider: 'full', narrower: deployments, does: true },
    { wider: 'metadata', narrower: 'full', does: false },
    { wider: 'metadata', narrower: replicas, does: false },
    { wider: replicas, narrower: 'metadata', does: true },
    { wider: spec, narrower: replicas, does: true },
    { wider: replicas, narrower: spec, does: false },
    { wider: deployments, narrower: replicas, does: true },
    { wider: deployments, narrower: sizes, does: true },
    { wider: sizes, narrower: deployments, does: false },
  ])('cover one another when they keep at least as much: %j', ({ wider, narrower, does }) => {
    expect(covers(wider, narrower)).toBe(does);
  });
});
