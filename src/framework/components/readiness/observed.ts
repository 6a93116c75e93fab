import type { KubeObject } from '../../api/object.ts';

/** A condition as any API writes it. */
export type ObservedCondition = {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
};

/**
 * An object with a spec and a status of some shape. The server has checked the shapes of its own kinds; every field may be
 * missing, for the status of a new object is empty.
 */
export type Observed<Spec, Status> = KubeObject & {
  readonly spec?: Partial<Spec>;
  readonly status?: Partial<Status>;
};

/** The status fields that are read of every kind. */
export type WithConditions = { conditions: readonly ObservedCondition[]; observedGeneration: number };

/** Reads an object as one of a shape. The cast is a promise about the kind, which the caller has looked at. */
export function read<Spec = unknown, Status = WithConditions>(
  object: KubeObject,
): { readonly spec: Partial<Spec>; readonly status: Partial<Status> } {
  const { spec = {}, status = {} } = object as Observed<Spec, Status>;
  return { spec, status };
}

/** The conditions of any object; kinds that have something else in that place have none. */
export function conditionsOf(object: KubeObject): readonly ObservedCondition[] {
  const { conditions } = read<unknown, { conditions: unknown }>(object).status;
  return Array.isArray(conditions) ? conditions : [];
}

export function conditionOf(object: KubeObject, type: string): ObservedCondition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** Whether a controller has seen the spec as it is now; unknown when it does not say what it has seen. */
export function hasSeen(object: KubeObject, observedGeneration: number | undefined): boolean | undefined {
  const { generation } = object.metadata;
  return observedGeneration === undefined || generation === undefined ? undefined : observedGeneration >= generation;
}
