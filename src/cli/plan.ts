import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { createLogger, planObjects } from '../framework/framework.ts';
import { definitions } from '../resources/resources.ts';
import { type ClusterFlags, kubeConfigOf, namespaceOf, withClusterOptions } from './cluster.ts';
import { EXIT, UsageError } from './exit-codes.ts';
import { readManifests } from './plan-manifests.ts';
import { changeCount, planText } from './plan-text.ts';

type PlanFlags = ClusterFlags & { readonly filename?: readonly string[]; readonly all?: boolean };

const HELP = `
Nothing is changed: what would be written in the cluster is asked of the API server as a dry run, and other servers are
only read from.

Examples:
  hearth plan -f database.yaml
  hearth plan --all -n homelab

Exit codes:
  0  nothing would change
  1  the plan is not whole: something could not be read, or an object is refused
  2  something would change`;

/** The command `plan`. \`done\` is called with the exit code. */
export function createPlanCommand(done: (exitCode: number) => void): Command {
  return withClusterOptions(new Command('plan'), 'the namespace of objects that name none, and the only one for --all')
    .description('show what the operator would change, field by field, and change nothing')
    .option('-f, --filename <file...>', 'objects as they are to be, in YAML or JSON; - is standard input')
    .option('--all', 'every object that is there, as a restarted operator would look at them')
    .addHelpText('after', HELP)
    .action(async (flags: PlanFlags) => done(await plan(flags)));
}

/** Makes a plan and prints it. @returns the exit code. @throws UsageError when it is not said what to plan. */
async function plan({ filename, all = false, namespace, ...flags }: PlanFlags): Promise<number> {
  if (all === (filename !== undefined)) {
    throw new UsageError('Say what to plan: either --all or -f FILE');
  }
  const { namespaces, log } = readConfig(process.env, process.stderr.isTTY === true);
  const kubeConfig = kubeConfigOf(flags);
  const standard = namespace ?? namespaceOf(flags, kubeConfig);
  const manifests = filename && (await readManifests(filename, standard));
  const planned = await planObjects({
    kubeConfig,
    definitions,
    logger: createLogger({ ...log, level: log.level === 'info' ? 'warn' : log.level }),
    namespaces: namespace ? [namespace] : namespaces,
    ...(manifests ? { manifests } : {}),
  });
  process.stdout.write(`${planText(planned)}\n`);
  if (planned.some(({ result }) => result !== 'success' && result !== 'waiting')) {
    return EXIT.failed;
  }
  return changeCount(planned) > 0 ? EXIT.changes : EXIT.ok;
}
