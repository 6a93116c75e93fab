import type { KubeObject } from '../api/object.ts';
import type { Condition } from '../conditions/conditions.ts';

/** The status of an object as it is checked. */
export type CheckedStatus = {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
};

/** Kubernetes' own limit of a condition's message. */
const MAX_MESSAGE = 32_768;

/**
 * What is wrong with an object's status, one sentence each: what holds of every status that anybody may ever see.
 * @param before the object as it was seen last, for what may not change.
 */
export function statusFaults(object: KubeObject, before?: KubeObject): string[] {
  const { observedGeneration, conditions = [] } = (object.status ?? {}) as CheckedStatus;
  const generation = object.metadata.generation ?? 0;
  const types = conditions.map(({ type }) => type);
  const twice = types.filter((type, index) => types.indexOf(type) !== index);
  return [
    ...twice.map((type) => `condition ${type} is there twice`),
    ...(observedGeneration !== undefined && observedGeneration > generation
      ? [`observedGeneration ${observedGeneration} is ahead of generation ${generation}`]
      : []),
    ...conditions.flatMap((condition) => conditionFaults(condition, generation)),
    ...summaryFaults(conditions),
    ...(before?.metadata.uid === object.metadata.uid ? transitionFaults(conditions, before) : []),
  ];
}

function conditionFaults(
  { type, status, reason, message, lastTransitionTime, ...rest }: Condition,
  generation: number,
) {
  const { observedGeneration } = rest;
  const checks: readonly (readonly [boolean, string])[] = [
    [/^[A-Z][A-Za-z0-9]*$/.test(type), 'has a type that is not CamelCase'],
    [/^[A-Z][A-Za-z0-9]*$/.test(reason), `has the reason "${reason}", which is not CamelCase`],
    [['True', 'False', 'Unknown'].includes(status), `has the status "${status}"`],
    [!Number.isNaN(Date.parse(lastTransitionTime)), `has the time "${lastTransitionTime}"`],
    [observedGeneration !== undefined, 'does not say of which generation it is'],
    [(observedGeneration ?? 0) <= generation, `is of generation ${observedGeneration}, ahead of ${generation}`],
    [message.length <= MAX_MESSAGE, 'has a message that is too long'],
    [!/\.\s*$/.test(message), `has a message with a full stop: ${message}`],
    [!/\d{4}-\d\d-\d\dT\d\d:\d\d/.test(message), `has a message with a time, which changes on every run: ${message}`],
  ];
  return checks.filter(([holds]) => !holds).map(([, fault]) => `condition ${type} ${fault}`);
}

/** How Ready, Reconciling and Stalled go together, as kstatus reads them. */
function summaryFaults(conditions: readonly Condition[]): string[] {
  const isTrue = (wanted: string) => conditions.some(({ type, status }) => type === wanted && status === 'True');
  const pairs = [
    ['Ready', 'Reconciling'],
    ['Ready', 'Stalled'],
    ['Reconciling', 'Stalled'],
  ] as const;
  const hasReady = conditions.length === 0 || conditions.some(({ type }) => type === 'Ready');
  const both = pairs.filter(([one, other]) => isTrue(one) && isTrue(other));
  const idle = conditions.filter(({ type, status }) => ['Reconciling', 'Stalled'].includes(type) && status !== 'True');
  return [
    ...(hasReady ? [] : ['there are conditions and none of them is Ready']),
    ...both.map(([one, other]) => `conditions ${one} and ${other} are both True`),
    ...idle.map(({ type, status }) => `condition ${type} is ${status}: it is to be absent unless it is True`),
  ];
}

function transitionFaults(conditions: readonly Condition[], before: KubeObject): string[] {
  const earlier = (before.status ?? {}) as CheckedStatus;
  return conditions.flatMap(({ type, status, lastTransitionTime }) => {
    const known = earlier.conditions?.find((condition) => condition.type === type);
    return known && known.status === status && known.lastTransitionTime !== lastTransitionTime
      ? [`condition ${type} stayed ${status} and its lastTransitionTime moved`]
      : [];
  });
}
