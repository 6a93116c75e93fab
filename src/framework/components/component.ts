import { typeKey } from '../api/discovery.ts';
import type { KubeObject, Manifest } from '../api/object.ts';
import type { Readiness } from './readiness/readiness.ts';

/** A kind of objects that a component makes. */
export type ComponentKind = {
  readonly apiVersion: string;
  readonly kind: string;
  /** Objects of this kind get a `Ready` condition: one that has none yet is not ready. So it is with our own kinds. */
  readonly reportsReady?: boolean;
};

/**
 * A part of an object, as data: what it consists of, when it is wanted and what it stands on. The framework does the rest:
 * it applies, watches, orders, judges and deletes.
 */
export type Component<TInput> = {
  /** Names the part in `status.components` and in a label of its objects: lower case, digits and dashes. */
  readonly name: string;
  /**
   * Every kind that the part has ever made, so that what is left of it is found although it is switched off. Name the
   * components in the definition too: the operator gets the rights to list, watch, create, patch and delete these kinds.
   */
  readonly kinds: readonly ComponentKind[];
  /** Parts that must be ready before this one is made or changed. One that is switched off keeps nobody waiting. */
  readonly needs?: readonly Component<TInput>[];
  /** Whether the part is wanted; always unless given. */
  readonly when?: (input: TInput) => boolean;
  /**
   * What the part consists of, in the order in which it is applied. Pure. In a Secret, `data` holds the plain values.
   * Owner references and labels are added.
   */
  readonly manifests: (input: TInput) => readonly Manifest[];
  /**
   * How the part is doing, where the rules of its kinds are not enough. Pure. The objects stand in the order of the
   * manifests; of a Secret there is metadata only.
   */
  readonly ready?: (objects: readonly KubeObject[], input: TInput) => Readiness;
  /**
   * What to do when the server refuses a change because a field cannot be changed: tell (`never`, unless given), or delete
   * the object and make it anew. The pods and claims of a StatefulSet stay; what holds data itself is never deleted.
   */
  readonly replace?: 'never' | 'recreate';
  /** Whether PersistentVolumeClaims go when the part is switched off. Unless they do, they stay until the owner goes. */
  readonly deletesClaims?: boolean;
};

/** How a component is doing, as it stands in `status.components`. */
export type ComponentStatus = {
  readonly name: string;
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
};

/** Every kind of a list of components, once. */
export function kindsOf<TInput>(components: readonly Component<TInput>[]): ComponentKind[] {
  const kinds = components.flatMap((component) => component.kinds);
  return [...new Map(kinds.map((kind) => [typeKey(kind), kind])).values()];
}
