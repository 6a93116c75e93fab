import type { Condition } from '../../src/framework/conditions/conditions.ts';
import type { SeenObject } from './suite.ts';

/** What is wrong with a status at any time, whatever the object is in the middle of; one sentence each. */
export function statusProblems({ kind, metadata, status }: SeenObject): string[] {
  const conditions = status?.conditions ?? [];
  const { generation = 0, name } = metadata;
  const is = (type: string) => conditions.some((each) => each.type === type && each.status === 'True');
  const types = conditions.map(({ type }) => type);
  const rules: readonly (readonly [boolean, string])[] = [
    [new Set(types).size === types.length, 'has a condition twice'],
    [conditions.length === 0 || types.includes('Ready'), 'has conditions without Ready'],
    [!(is('Ready') && (is('Reconciling') || is('Stalled'))), 'is Ready and not done at once'],
    [!(is('Reconciling') && is('Stalled')), 'is Reconciling and Stalled at once'],
    [Number(status?.['observedGeneration'] ?? 0) <= generation, 'has observed a generation that was not yet there'],
    [conditions.every((each) => isWhole(each, generation)), 'has a condition without time, reason or generation'],
  ];
  return rules.filter(([holds]) => !holds).map(([, problem]) => `${kind} ${name} ${problem}`);
}

function isWhole({ reason, lastTransitionTime, observedGeneration = 0 }: Condition, generation: number): boolean {
  return Boolean(reason) && Boolean(lastTransitionTime) && observedGeneration <= generation;
}
