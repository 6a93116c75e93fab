import { Command } from 'commander';
import { describeRef, type KubeObject, refOf } from '../framework/framework.ts';
import { type ClusterFlags, onCluster, withClusterOptions } from './cluster.ts';
import { EXIT, UsageError } from './exit-codes.ts';
import { targetOf } from './kinds.ts';
import { missing } from './objects.ts';
import { conditionOf, isCurrent, summaryOf } from './summary.ts';
import { type Look, standing, timeoutMsOf, timeoutOption, waitFor } from './waiting.ts';

type WaitFlags = ClusterFlags & { readonly for: string; readonly timeout: string };

/** What is waited for. */
export type Goal =
  | { readonly type: 'deleted' }
  | { readonly type: 'condition'; readonly condition: string; readonly status: string };

const HELP = `
Examples:
  hearth wait generatesecret/keys
  hearth wait generatesecret/keys --for deleted --timeout 2m
  hearth wait generatesecret/keys --for SecretUpdated
  hearth wait generatesecret/keys --for Stalled=True

It ends at once, and says why, when the object is not there, is stalled or is suspended: no waiting helps then.`;

/** The command `wait`: until an object is as it is to be. \`ends\` is called with the exit code. */
export function createWaitCommand(ends: (exitCode: number) => void): Command {
  return withClusterOptions(new Command('wait'))
    .description('wait until an object is ready, is deleted, or has a condition')
    .argument('<kind/name>', 'the object; a kind by any of its names')
    .option('--for <goal>', 'ready, deleted, or a condition as CONDITION or CONDITION=STATUS', 'ready')
    .addOption(timeoutOption('5m'))
    .addHelpText('after', HELP)
    .action(async (text: string, flags: WaitFlags) => {
      const target = targetOf(text);
      const goal = goalOf(flags.for);
      const timeoutMs = timeoutMsOf(flags.timeout);
      await onCluster(flags, async (cluster) => {
        const absent = () => missing(cluster, target);
        const look = (object: KubeObject | undefined) => lookFor(goal, object, absent);
        const done = await waitFor(cluster, target, { what: wordsOf(goal), timeoutMs, look });
        process.stdout.write(`${done}\n`);
      });
      ends(EXIT.ok);
    });
}

/** `ready`, `deleted`, `Stalled`, `SecretUpdated=False`. @throws UsageError for anything else. */
export function goalOf(text: string): Goal {
  if (text === 'deleted') {
    return { type: 'deleted' };
  }
  const named = text === 'ready' ? 'Ready' : text;
  const [, condition, status = 'True'] = named.match(/^([A-Z][A-Za-z0-9]*)(?:=(True|False|Unknown))?$/) ?? [];
  if (condition === undefined) {
    throw new UsageError(`--for ${text} is nothing to wait for: write ready, deleted, CONDITION or CONDITION=STATUS`);
  }
  return { type: 'condition', condition, status };
}

function wordsOf(goal: Goal): string {
  if (goal.type === 'deleted') {
    return 'to be deleted';
  }
  const { condition, status } = goal;
  return condition === 'Ready' && status === 'True' ? 'to be ready' : `to have ${condition}=${status}`;
}

/** Compares an object with the goal. @throws Error when no waiting helps. */
export function lookFor(goal: Goal, object: KubeObject | undefined, absent: () => never): Look {
  if (goal.type === 'deleted') {
    return object ? { until: standing(object) } : { done: 'It is gone' };
  }
  if (!object) {
    return absent();
  }
  const name = describeRef(refOf(object));
  const found = conditionOf(object, goal.condition);
  if (found?.status === goal.status && isCurrent(found, object)) {
    const reason = found.message ? `${found.reason}: ${found.message}` : found.reason;
    return { done: `${name} has ${goal.condition}=${goal.status} (${reason})` };
  }
  refuseHopeless(object, name);
  return { until: standing(object) };
}

function refuseHopeless(object: KubeObject, name: string): void {
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True' && isCurrent(stalled, object)) {
    throw new Error(`${name} is stalled (${stalled.reason}): ${stalled.message}`);
  }
  if (summaryOf(object).suspended) {
    throw new Error(
      `${name} is suspended, so nothing about it changes: hearth resume ${object.kind}/${object.metadata.name}`,
    );
  }
}
