import { Command } from 'commander';
import { COMPONENT_LABEL, isNotFound, type KubeObject, objectPath, readinessOf } from '../framework/framework.ts';
import { type Cluster, type ClusterFlags, onCluster, withClusterOptions } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { targetOf } from './kinds.ts';
import { getObject } from './objects.ts';
import { type Format, outputOption, print } from './output.ts';
import { type Found, isOf, ownedIn } from './owned.ts';
import { textTable } from './text-table.ts';

type TreeFlags = ClusterFlags & { readonly output: Format };

/** An object with everything that belongs to it. */
export type TreeNode = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  /** The component of its owner that it is of. */
  readonly component?: string | undefined;
  readonly state: 'ready' | 'progressing' | 'failed';
  readonly reason: string;
  readonly message: string;
  readonly children: readonly TreeNode[];
};

const HELP = `
Examples:
  hearth tree generatesecret/keys -n homelab
  hearth tree generatesecret/keys -o json

Objects belong to others by owner references, down to pods, or as Secrets that are kept for one. What controllers keep
for themselves is left out: EndpointSlices, ControllerRevisions, and ReplicaSets without pods.`;

/** The command \`tree\`: what an object consists of. \`ends\` is called with the exit code. */
export function createTreeCommand(ends: (exitCode: number) => void): Command {
  return withClusterOptions(new Command('tree'))
    .description('show what an object consists of, and how each part is doing')
    .argument('<kind/name>', 'the object; a kind by any of its names')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (text: string, flags: TreeFlags) => {
      const target = targetOf(text);
      const tree = await onCluster(flags, async (cluster) => {
        const object = await getObject(cluster, target);
        const { namespace } = object.metadata;
        return await treeOf(object, await completed(cluster, await ownedIn(cluster, namespace ?? ''), object));
      });
      print(flags.output, tree, () => treeTable(tree));
      ends(EXIT.ok);
    });
}

/** Those that belong to an object or to what belongs to it, whole but for Secrets; gone meanwhile is left out. */
async function completed(cluster: Cluster, found: readonly Found[], root: KubeObject): Promise<KubeObject[]> {
  const own = new Map<string, Found>();
  const add = (owner: KubeObject) => {
    for (const each of found.filter(({ object }) => isOf(object, owner) && !own.has(object.metadata.uid))) {
      own.set(each.object.metadata.uid, each);
      add(each.object);
    }
  };
  add(root);
  const objects = await Promise.all([...own.values()].map((each) => whole(cluster, each)));
  return objects.flatMap((object) => object ?? []);
}

async function whole({ transport }: Cluster, { type, object }: Found): Promise<KubeObject | undefined> {
  if (object.kind === 'Secret') {
    return object;
  }
  try {
    return await transport.request<KubeObject>({ path: objectPath(type, object.metadata) });
  } catch (error) {
    return isNotFound(error) ? undefined : Promise.reject(error);
  }
}

/** The tree below an object. */
export function treeOf(root: KubeObject, objects: readonly KubeObject[], above: readonly string[] = []): TreeNode {
  const { apiVersion, kind, metadata } = root;
  const { name, namespace, labels, uid } = metadata;
  const { state, reason, message } = readinessOf(root);
  const children = objects
    .filter((each) => isOf(each, root) && !above.includes(each.metadata.uid) && !isEmptyReplicaSet(each))
    .map((each) => treeOf(each, objects, [...above, uid]))
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const component = above.length === 1 ? labels?.[COMPONENT_LABEL] : undefined;
  return { apiVersion, kind, name, namespace, ...(component ? { component } : {}), state, reason, message, children };
}

function isEmptyReplicaSet({ kind, spec }: KubeObject): boolean {
  return kind === 'ReplicaSet' && (spec as { readonly replicas?: number } | undefined)?.replicas === 0;
}

/** By component, so that what works together stands together. */
function nameOf({ component = '', kind, name }: TreeNode): string {
  return `${component}/${kind}/${name}`;
}

/** A tree for people. */
export function treeTable(root: TreeNode): string {
  const rows = [row(root, ''), ...branches(root, '')];
  return textTable(['NAME', 'COMPONENT', 'STATE', 'REASON', 'MESSAGE'], rows);
}

function branches({ children }: TreeNode, indent: string): string[][] {
  return children.flatMap((child, index) => {
    const isLast = index === children.length - 1;
    return [row(child, `${indent}${isLast ? '└─ ' : '├─ '}`), ...branches(child, `${indent}${isLast ? '   ' : '│  '}`)];
  });
}

function row({ kind, name, component = '', state, reason, message }: TreeNode, indent: string): string[] {
  return [`${indent}${kind}/${name}`, component, state, reason, message];
}
