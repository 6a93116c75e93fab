import { Command } from 'commander';
import { describeRef, type KubeObject, refOf, SUSPEND_ANNOTATION, SUSPENDED } from '../framework/framework.ts';
import { annotate } from './annotate.ts';
import { type ClusterFlags, onCluster, withClusterOptions } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { targetOf } from './kinds.ts';
import { missing } from './objects.ts';
import { conditionOf } from './summary.ts';
import { type Look, standing, timeoutMsOf, timeoutOption, waitFor } from './waiting.ts';

type SuspendFlags = ClusterFlags & { readonly wait: boolean; readonly timeout: string };

/** What one of the two commands does. */
type Change = {
  readonly value: 'true' | null;
  readonly what: string;
  readonly done: string;
};

const SUSPEND: Change = { value: 'true', what: 'to be at rest', done: 'is suspended' };
const RESUME: Change = { value: null, what: 'to go on', done: 'goes on' };

const SUSPEND_HELP = `
Examples:
  hearth suspend generatesecret/keys
  hearth get generatesecret/keys

It sets the annotation ${SUSPEND_ANNOTATION}=true, and waits until the status says so: then no run is under way. While
an object is suspended, nothing is written for it but its status. It can be deleted, and is cleaned up as any other.`;

const RESUME_HELP = `
Examples:
  hearth resume generatesecret/keys
  hearth resume generatesecret/keys && hearth wait generatesecret/keys

It takes the annotation ${SUSPEND_ANNOTATION} away. The run that follows brings in line what has changed meanwhile.`;

/** The commands \`suspend\` and \`resume\`: an object is left alone for a while. */
export function createSuspendCommands(ends: (exitCode: number) => void): readonly Command[] {
  const command = (name: string, change: Change) =>
    withClusterOptions(new Command(name))
      .argument('<kind/name>', 'the object; a kind by any of its names')
      .option('--no-wait', 'do not wait until an operator has taken notice')
      .addOption(timeoutOption('2m'))
      .action(async (text: string, flags: SuspendFlags) => {
        process.stdout.write(`${await put(text, change, flags)}\n`);
        ends(EXIT.ok);
      });
  return [
    command('suspend', SUSPEND)
      .description('leave an object alone until it is resumed')
      .addHelpText('after', SUSPEND_HELP),
    command('resume', RESUME).description('look after a suspended object again').addHelpText('after', RESUME_HELP),
  ];
}

async function put(text: string, { value, what, done }: Change, flags: SuspendFlags): Promise<string> {
  const target = targetOf(text);
  const timeoutMs = timeoutMsOf(flags.timeout);
  return await onCluster(flags, async (cluster) => {
    const object = await annotate(cluster, target, [SUSPEND_ANNOTATION, value]);
    const look = (each: KubeObject | undefined) => lookForRest(value !== null, each ?? missing(cluster, target));
    if (flags.wait) {
      await waitFor(cluster, target, { what, timeoutMs, look });
    }
    return `${describeRef(refOf(object))} ${done}`;
  });
}

/** Whether the operator has taken notice: the condition is there exactly while it leaves the object alone. */
export function lookForRest(wanted: boolean, object: KubeObject): Look {
  const isAtRest = conditionOf(object, SUSPENDED)?.status === 'True';
  return isAtRest === wanted
    ? { done: SUSPENDED }
    : {
        until: `the annotation is as it is to be, and no operator has answered (${standing(object)}); see hearth doctor`,
      };
}
