import type { Condition, ObjectMeta } from '../../../framework/framework.ts';
import type { ConvexInstanceSpec } from '../convex-instance.schemas.ts';
import { type Named, nameProblem } from './names.ts';
import { intervalOf } from './restart.ts';

/** An instance as the cluster has it: what was asked for, and what was said of it last. */
export type Instance = Named & {
  readonly spec: ConvexInstanceSpec;
  readonly metadata: ObjectMeta;
  readonly status: Readonly<Record<string, unknown>> & {
    readonly observedGeneration?: number | undefined;
    readonly conditions?: readonly Condition[] | undefined;
  };
};

/** What is wrong with an instance whatever it refers to, one sentence each. */
export function specProblems({ name, spec }: Instance): string[] {
  const isInterval = intervalOf(spec.maintenance?.restartInterval) !== undefined;
  const wrong = isInterval ? [] : ['maintenance.restartInterval is no duration such as 168h'];
  return [nameProblem(name), ...wrong].filter((problem) => problem !== undefined);
}
