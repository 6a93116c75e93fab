import { Command, Option } from 'commander';
import { type Explanation, keyFor } from '../framework/framework.ts';
import { type ClusterFlags, kubeConfigOf, namespaceOf, withClusterOptions } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { askPods, askUrl, type Question } from './explain-source.ts';
import { explanationTable } from './explain-table.ts';
import { targetOf } from './kinds.ts';
import { type Format, outputOption, print } from './output.ts';

type ExplainFlags = ClusterFlags & {
  readonly operatorNamespace: string;
  readonly output: Format;
  readonly url?: string;
};

const HELP = `
Examples:
  hearth explain GenerateSecret/keys -n homelab
  hearth explain generatesecret/keys -n homelab -o json
  kubectl exec -n hearth-system deploy/hearth -- \\
    node /app/hearth.mjs explain generatesecret/keys -n homelab --url http://localhost:8080

Without --url the operator's pods are asked through the API server, which takes the right to get pods and pods/proxy
in their namespace, and an operator that answers beyond its own pod (HEARTH_EXPLAIN=cluster).`;

/** The command `explain`: why an object runs. \`ends\` is called with the exit code. */
export function createExplainCommand(ends: (exitCode: number) => void): Command {
  return withClusterOptions(new Command('explain'), 'the namespace of the object; that of the context')
    .description('tell why an object runs: its last runs with causes, requests, writes and waits')
    .argument('<kind/name>', 'the object; a kind by any of its names, as kubectl has it')
    .option('--url <url>', 'the address of the health endpoints, instead of finding the pod')
    .addOption(operatorNamespaceOption())
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (target: string, flags: ExplainFlags) => ends(await explain(target, flags)));
}

/** `--operator-namespace`, the same for every command that looks for the operator. */
export function operatorNamespaceOption(): Option {
  return new Option('--operator-namespace <namespace>', 'where the operator runs').default('hearth-system');
}

/** Prints what the operator knows of an object. @returns the exit code. */
async function explain(target: string, flags: ExplainFlags): Promise<number> {
  const { url, operatorNamespace, output } = flags;
  const explanation = url
    ? await askUrl(url, questionOf(target, flags.namespace ?? contextNamespace(flags)))
    : await askCluster(target, operatorNamespace, flags);
  print(output, explanation, () => explanationTable(explanation));
  return isKnown(explanation) ? EXIT.ok : EXIT.nothingKnown;
}

async function askCluster(target: string, operatorNamespace: string, flags: ClusterFlags): Promise<Explanation> {
  const kubeConfig = kubeConfigOf(flags);
  const question = questionOf(target, namespaceOf(flags, kubeConfig));
  return await askPods(kubeConfig, operatorNamespace, question);
}

/** In a pod, and wherever there is no kubeconfig, an address is enough. */
function contextNamespace(flags: ClusterFlags): string {
  try {
    return namespaceOf(flags, kubeConfigOf(flags));
  } catch {
    return 'default';
  }
}

function isKnown({ cached, runs }: Explanation): boolean {
  return cached !== undefined || runs.length > 0;
}

/** `generatesecret/keys` → kind GenerateSecret, key `<namespace>/keys`. @throws UsageError when there is no such kind. */
export function questionOf(target: string, namespace: string): Question {
  const { definition, name } = targetOf(target);
  return { kind: definition.kind, key: keyFor(name, definition.scope === 'Cluster' ? undefined : namespace) };
}
