import { Command } from 'commander';
import { definitions } from '../resources/resources.ts';
import { type Cluster, type ClusterFlags, onCluster, withKubeConfigOptions } from './cluster.ts';
import { checkApis, checkCrds } from './doctor/apis.ts';
import type { Finding } from './doctor/finding.ts';
import { checkLease, checkOperator, checkWebhook } from './doctor/operator.ts';
import { checkRights } from './doctor/rights.ts';
import { EXIT } from './exit-codes.ts';
import { operatorNamespaceOption } from './explain.ts';
import { type Format, outputOption, print } from './output.ts';
import { textTable } from './text-table.ts';

type DoctorFlags = ClusterFlags & { readonly operatorNamespace: string; readonly output: Format };

const HELP = `
Examples:
  hearth doctor
  hearth doctor --operator-namespace platform -o json

It looks at CRDs, at the APIs and rights that the kinds need, at the operator's pods and lease, and at the webhook if it
is installed, and changes nothing. It takes the right to read these, and to create SubjectAccessReviews; what may not
be read is unknown. Exit code 1 says that something is wrong.`;

/** The command `doctor`: what is missing in a cluster. \`ends\` is called with the exit code. */
export function createDoctorCommand(ends: (exitCode: number) => void): Command {
  return withKubeConfigOptions(new Command('doctor'))
    .description('find out what is missing in the cluster, and which kinds it matters for')
    .addOption(operatorNamespaceOption())
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (flags: DoctorFlags) => {
      const findings = await onCluster(flags, (cluster) => examine(cluster, flags.operatorNamespace));
      print(flags.output, findings, () => findingTable(findings));
      ends(findings.some(({ state }) => state === 'wrong') ? EXIT.failed : EXIT.ok);
    });
}

async function examine({ transport }: Cluster, namespace: string): Promise<readonly Finding[]> {
  const { serviceAccount, namespaces, findings } = await checkOperator(transport, namespace);
  const checks = await Promise.all([
    checkCrds(transport, definitions),
    checkApis(transport, definitions),
    checkRights(transport, definitions, { namespace, name: serviceAccount, namespaces }),
    checkLease(transport, namespace).then((finding) => [finding]),
    checkWebhook(transport, namespace),
  ]);
  return [...findings, ...checks.flat()];
}

/** For people: what is wrong first. */
export function findingTable(findings: readonly Finding[]): string {
  const order = ['wrong', 'unknown', 'ok'];
  const sorted = findings.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  return textTable(
    ['CHECK', 'STATE', 'SUBJECT', 'KINDS', 'MESSAGE'],
    sorted.map(({ check, state, subject, kinds, message }) => {
      return [check, state, subject, kinds.length === 0 ? 'all' : kinds.join(','), message];
    }),
  );
}
