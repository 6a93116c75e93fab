import { z } from 'zod';
import { reduceManagedFields } from '../api/field-sets.ts';
import type { KubeObject } from '../api/object.ts';

/** Which fields are kept: all below this point, or those named. Lists are looked through; `*` is every key of a map. */
export type FieldTree = true | { readonly [field: string]: FieldTree };

/** Carries the static type of what a projection keeps; never there at run time. */
declare const KEPT: unique symbol;

/** A choice of fields, made by {@link projectionOf}: what it leaves out is neither in memory nor in the type. */
export type FieldProjection<T = unknown> = { readonly fields: FieldTree; readonly [KEPT]?: T };

/** How much of each object is held: all of it, its metadata, or its metadata and some fields. */
export type Projection = 'full' | 'metadata' | FieldProjection;

/**
 * The projection that keeps what a schema has, as in `projectionOf(z.object({ spec: z.object({ replicas: z.int() }) }))`.
 * Nothing is validated and no default is filled in: the server has done that, and may serve more than a schema knows.
 * Metadata is always kept.
 */
export function projectionOf<S extends z.ZodObject>(schema: S): FieldProjection<z.input<S>> {
  const { metadata: _metadata, ...shape } = schema.shape;
  return { fields: treeOfShape(shape) };
}

/** Which fields a projection keeps, besides type and metadata. */
function fieldsOf(projection: Projection): FieldTree {
  switch (projection) {
    case 'full':
      return true;
    case 'metadata':
      return {};
    default:
      return projection.fields;
  }
}

/** Tells projections apart; equal ones have equal ids. */
export function idOf(projection: Projection): string {
  return JSON.stringify(sorted(fieldsOf(projection)));
}

/** Whether the server can be asked for metadata only. */
export function isMetadataOnly(projection: Projection): boolean {
  return idOf(projection) === '{}';
}

/** Whether who holds the wider projection holds all of the narrower one. */
export function covers(wider: Projection, narrower: Projection): boolean {
  return coversTree(fieldsOf(wider), fieldsOf(narrower));
}

/** An object as the cache holds it: what the projection keeps, and of `managedFields` what is ours. */
export function project(object: KubeObject, projection: Projection): KubeObject {
  const fields = fieldsOf(projection);
  const reduced = reduceManagedFields(object);
  if (fields === true) {
    return reduced;
  }
  const { apiVersion, kind, metadata, ...content } = reduced;
  return { ...prune(content, fields), apiVersion, kind, metadata };
}

type Fields = Readonly<Record<string, unknown>>;

function prune(value: Fields, tree: { readonly [field: string]: FieldTree }): Fields {
  const names = '*' in tree ? Object.keys(value) : Object.keys(tree).filter((name) => value[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, pruned(value[name], tree[name] ?? tree['*'] ?? true)]));
}

function pruned(value: unknown, tree: FieldTree): unknown {
  if (tree === true || typeof value !== 'object' || value === null) {
    return value;
  }
  return Array.isArray(value) ? value.map((item) => pruned(item, tree)) : prune(value as Fields, tree);
}

function treeOf(schema: z.core.$ZodType): FieldTree {
  if (schema instanceof z.ZodObject) {
    const { shape, catchall } = schema.def;
    return catchall && !(catchall instanceof z.ZodNever) ? true : treeOfShape(shape);
  }
  if (schema instanceof z.ZodArray) {
    return treeOf(schema.element);
  }
  if (schema instanceof z.ZodRecord) {
    const values = treeOf(schema.valueType);
    return values === true ? true : { '*': values };
  }
  const inner = innerOf(schema);
  return inner ? treeOf(inner) : true;
}

function treeOfShape(shape: Readonly<Record<string, z.core.$ZodType>>): FieldTree {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, treeOf(field)]));
}

function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly;
  return isWrapper ? schema.def.innerType : undefined;
}

function coversTree(wider: FieldTree, narrower: FieldTree): boolean {
  if (wider === true || narrower === true) {
    return wider === true;
  }
  return Object.entries(narrower).every(([name, tree]) => {
    const kept = wider[name] ?? wider['*'];
    return kept !== undefined && coversTree(kept, tree);
  });
}

function sorted(tree: FieldTree): FieldTree {
  if (tree === true) {
    return tree;
  }
  const entries = Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, sorted(each)]));
}
