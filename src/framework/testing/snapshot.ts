import type { KubeObject } from '../api/object.ts';
import { ownedFieldsOf } from './owned-fields.ts';

/** What is compared of a state: the value of every field by its name. */
export type Snapshot = ReadonlyMap<string, string>;

/** The parts of a state. */
export type State = {
  readonly sample: KubeObject;
  /** What the sample made in the cluster, by path. */
  readonly children: ReadonlyMap<string, KubeObject>;
  readonly outside: Readonly<Record<string, unknown>>;
};

/**
 * Reduces a state to what must be the same however it was reached: our fields of every child, the sample's status
 * without times, and what lies outside. The sample's UID is another one for every sample and reads `<uid>`.
 */
export function snapshotOf({ sample, children, outside }: State): Snapshot {
  const fields = [
    ...flatten(['sample', 'finalizers'], sample.metadata.finalizers ?? []),
    ...flatten(['sample', 'status'], statusOf(sample)),
    ...[...children].flatMap(([path, child]) => ownFields(path, child)),
    ...flatten(['outside'], outside),
  ];
  const { uid } = sample.metadata;
  return new Map(fields.map(([name, value]) => [name.replaceAll(uid, '<uid>'), value.replaceAll(uid, '<uid>')]));
}

/** The names of fields that differ between two states of the same end: the values that were made up. */
export function differences(a: Snapshot, b: Snapshot): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
}

/** The values of a Secret's keys as people see them, by the name that the snapshot gives them. */
export function secretValues(path: string, object: KubeObject): [name: string, value: string][] {
  const { kind, data = {} } = object as KubeObject & { data?: Readonly<Record<string, string>> };
  const entries = kind === 'Secret' ? Object.entries(data) : [];
  return entries.map(([key, value]) => [`${path}/f:data/f:${key}`, Buffer.from(value, 'base64').toString()]);
}

function ownFields(path: string, child: KubeObject): [string, string][] {
  return ownedFieldsOf(child).map(({ id, value }) => [path + id, JSON.stringify(value)]);
}

/** The status without what tells when it was written. */
function statusOf({ status, metadata }: KubeObject): Readonly<Record<string, unknown>> {
  const {
    conditions = [],
    observedGeneration,
    ...fields
  } = (status ?? {}) as {
    conditions?: readonly (Readonly<Record<string, unknown>> & { readonly type: string })[];
    observedGeneration?: number;
  };
  const byType = conditions.map(({ type, status: value, reason, message }) => [type, { value, reason, message }]);
  const isCurrent = observedGeneration === metadata.generation;
  return { ...fields, isCurrent, conditions: Object.fromEntries(byType) };
}

function flatten(path: readonly string[], value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) {
    return [[path.join('/'), JSON.stringify(value) ?? '']];
  }
  return Object.entries(value).flatMap(([key, inner]) => flatten([...path, key], inner));
}
