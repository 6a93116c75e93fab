import { Command } from 'commander';
import { type Cluster, type ClusterFlags, onCluster, withClusterOptions } from './cluster.ts';
import { EXIT, UsageError } from './exit-codes.ts';
import { definitionOf, definitionsOf, targetOf } from './kinds.ts';
import { objectTable, watchTable } from './object-table.ts';
import { KindMissingError, type Listing, listObjects, missing, type Wanted } from './objects.ts';
import { type Format, note, outputOption, print } from './output.ts';

type GetFlags = ClusterFlags & {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly watch?: boolean;
  readonly output: Format;
};

type Listed = Wanted & Listing;

const HELP = `
Examples:
  hearth get                               all objects of the namespace
  hearth get -A                            all there are
  hearth get generatesecret -n homelab     one kind, by any of its names
  hearth get generatesecret/keys -o yaml   one object
  hearth get -l app=shop --watch           and every change, until it is interrupted

READY is False or Unknown also while the latest change of an object has not been looked at.`;

/** The command `get`: how objects are doing. \`ends\` is called with the exit code. */
export function createGetCommand(ends: (exitCode: number) => void): Command {
  return withClusterOptions(new Command('get'))
    .description('show how objects are doing: all kinds, one, or one object')
    .argument('[kind[/name]]', 'a kind by any of its names, or an object')
    .option('-A, --all-namespaces', 'objects of all namespaces')
    .option('-l, --selector <labels>', 'only objects with these labels, as kubectl has it')
    .option('-w, --watch', 'go on with every change (table only)')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (what: string | undefined, flags: GetFlags) => {
      await onCluster(flags, (cluster) => get(cluster, what, flags));
      ends(EXIT.ok);
    });
}

async function get(cluster: Cluster, what: string | undefined, flags: GetFlags): Promise<void> {
  if (flags.watch && flags.output !== 'table') {
    throw new UsageError('--watch prints a table: leave out -o');
  }
  const listed = await listAll(cluster, wantedOf(cluster, what, flags), what === undefined);
  const objects = listed.flatMap(({ items }) => items);
  const isAll = flags.allNamespaces === true;
  if (what?.includes('/')) {
    const object = objects[0] ?? missing(cluster, targetOf(what));
    print(flags.output, object, () => objectTable([object], isAll));
  } else if (objects.length === 0 && flags.output === 'table') {
    note(isAll ? 'there are no objects' : `there are no objects in the namespace ${cluster.namespace}`);
  } else {
    print(flags.output, { apiVersion: 'v1', kind: 'List', items: objects }, () => objectTable(objects, isAll));
  }
  if (flags.watch) {
    await watchTable(cluster, listed, isAll);
  }
}

function wantedOf(cluster: Cluster, what: string | undefined, flags: GetFlags): Wanted[] {
  const { selector, allNamespaces } = flags;
  if (what?.includes('/')) {
    if (selector !== undefined || allNamespaces) {
      throw new UsageError('An object has a name and a namespace: leave out --selector and --all-namespaces');
    }
    const { definition, name } = targetOf(what);
    return [{ definition, which: { name, namespace: cluster.namespaceFor(definition) } }];
  }
  const kinds = what === undefined ? definitionsOf([]) : [definitionOf(what)];
  return kinds.map((definition) => {
    const namespace = allNamespaces ? undefined : cluster.namespaceFor(definition);
    return { definition, which: { namespace, selector } };
  });
}

/** A kind that nobody asked for by name may be missing. */
async function listAll(cluster: Cluster, wanted: readonly Wanted[], mayMiss: boolean): Promise<Listed[]> {
  const listed = wanted.map(async ({ definition, which }): Promise<Listed[]> => {
    try {
      return [{ definition, which, ...(await listObjects(cluster, definition, which)) }];
    } catch (error) {
      if (mayMiss && error instanceof KindMissingError) {
        note(error.message);
        return [];
      }
      throw error;
    }
  });
  return (await Promise.all(listed)).flat();
}
