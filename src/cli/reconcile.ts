import { Command } from 'commander';
import { describeRef, isSuspended, type KubeObject, RECONCILE_ANNOTATION, refOf } from '../framework/framework.ts';
import { annotate } from './annotate.ts';
import { type ClusterFlags, onCluster, withClusterOptions } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { targetOf } from './kinds.ts';
import { getObject, missing } from './objects.ts';
import { statusOf } from './summary.ts';
import { type Look, standing, timeoutMsOf, timeoutOption, waitFor } from './waiting.ts';

type ReconcileFlags = ClusterFlags & { readonly wait: boolean; readonly timeout: string };

const HELP = `
Examples:
  hearth reconcile generatesecret/keys
  hearth reconcile generatesecret/keys --no-wait && hearth wait generatesecret/keys

It sets the annotation ${RECONCILE_ANNOTATION}, and waits until the status says that the run has been. How the
run ended is told and does not change the exit code.`;

/** The command \`reconcile\`: a run now. \`ends\` is called with the exit code. */
export function createReconcileCommand(ends: (exitCode: number) => void): Command {
  return withClusterOptions(new Command('reconcile'))
    .description('ask for a run of an object now, and wait until it has been')
    .argument('<kind/name>', 'the object; a kind by any of its names')
    .option('--no-wait', 'do not wait for the run')
    .addOption(timeoutOption('2m'))
    .addHelpText('after', HELP)
    .action(async (text: string, flags: ReconcileFlags) => {
      process.stdout.write(`${await reconcile(text, flags)}\n`);
      ends(EXIT.ok);
    });
}

async function reconcile(text: string, flags: ReconcileFlags): Promise<string> {
  const target = targetOf(text);
  const timeoutMs = timeoutMsOf(flags.timeout);
  return await onCluster(flags, async (cluster) => {
    const before = await getObject(cluster, target);
    const name = describeRef(refOf(before));
    if (isSuspended(before)) {
      throw new Error(`${name} is suspended and has no runs: hearth resume ${text}`);
    }
    const token = new Date().toISOString();
    await annotate(cluster, target, [RECONCILE_ANNOTATION, token]);
    if (!flags.wait) {
      return `A run of ${name} is asked for`;
    }
    const look = (object: KubeObject | undefined) => lookForRun(token, object ?? missing(cluster, target));
    return `${name} had its run: ${await waitFor(cluster, target, { what: 'to have its run', timeoutMs, look })}`;
  });
}

/** Whether the run that was asked for has been. Whoever asked later has his answer by the same run. */
export function lookForRun(token: string, object: KubeObject): Look {
  const { lastHandledReconcileAt: handled = '' } = statusOf(object);
  const state = standing(object);
  return handled === token || Date.parse(handled) > Date.parse(token)
    ? { done: state }
    : { until: `${state}; no operator has answered, see hearth doctor` };
}
