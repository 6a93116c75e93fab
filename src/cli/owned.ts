import {
  collectionPath,
  isForbidden,
  KEPT_FOR_ANNOTATION,
  type KubeObject,
  keyOf,
  messageOf,
  type ResourceType,
} from '../framework/framework.ts';
import type { Cluster } from './cluster.ts';
import { note } from './output.ts';

/** An object of which the metadata is known, and where it lives. */
export type Found = { readonly type: ResourceType; readonly object: KubeObject };

type Discovered = {
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions?: readonly { readonly version: string; readonly resources?: readonly DiscoveredResource[] }[];
  }[];
};

type DiscoveredResource = {
  readonly resource: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly verbs: readonly string[];
  readonly responseKind?: { readonly kind: string };
};

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const AT_A_TIME = 8;

/** What controllers of Kubernetes keep for themselves: nothing that anybody would look at, and many of them. */
const BOOKKEEPING = ['ControllerRevision', 'EndpointSlice', 'Event', 'Lease'];

/** Every object of a namespace that belongs to another one, of every kind that the server lists. */
export async function ownedIn(cluster: Cluster, namespace: string): Promise<readonly Found[]> {
  const types = await namespacedTypes(cluster);
  const found: Found[] = [];
  const refused: string[] = [];
  const queue = [...types];
  const work = async () => {
    for (let type = queue.shift(); type; type = queue.shift()) {
      const listed = type;
      const objects = await metadataOf(cluster, listed, namespace).catch((error: unknown) => {
        refused.push(isForbidden(error) ? listed.plural : `${listed.plural} (${messageOf(error)})`);
        return [];
      });
      found.push(...objects.filter(belongs).map((object) => ({ type: listed, object })));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  if (refused.length > 0) {
    note(`not everything may be seen, for these cannot be listed: ${refused.sort().join(', ')}`);
  }
  return found;
}

function belongs({ metadata }: KubeObject): boolean {
  return Boolean(metadata.ownerReferences?.length) || metadata.annotations?.[KEPT_FOR_ANNOTATION] !== undefined;
}

/** Whether an object belongs to another: by an owner reference, or as one that it keeps and that may outlive it. */
export function isOf({ metadata }: KubeObject, owner: KubeObject): boolean {
  const keptFor = metadata.annotations?.[KEPT_FOR_ANNOTATION];
  const isReferred = metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;
  return isReferred || keptFor === `${owner.kind}/${keyOf(owner)}`;
}

/** The kinds that can be listed in a namespace, in the version that the server likes best. */
async function namespacedTypes({ transport }: Cluster): Promise<ResourceType[]> {
  const roots = await Promise.all(
    ['/api', '/apis'].map((path) => transport.request<Discovered>({ path, accept: AGGREGATED })),
  );
  return roots
    .flatMap(({ items }) => items)
    .flatMap(({ metadata: { name: group = '' }, versions: [best] = [] }) =>
      (best?.resources ?? []).filter(isListed).map(({ resource, responseKind }) => ({
        group,
        version: best?.version ?? '',
        kind: responseKind?.kind ?? '',
        plural: resource,
        namespaced: true,
      })),
    )
    .filter(({ kind }) => !BOOKKEEPING.includes(kind));
}

function isListed({ scope, verbs, responseKind }: DiscoveredResource): boolean {
  return scope === 'Namespaced' && verbs.includes('list') && responseKind?.kind !== undefined;
}

/** Values are never fetched: of a Secret, its name is enough. */
async function metadataOf({ transport }: Cluster, type: ResourceType, namespace: string): Promise<KubeObject[]> {
  const { group, version, kind } = type;
  const path = collectionPath(type, namespace);
  const { items } = await transport.request<{ items: KubeObject[] | null }>({ path, accept: METADATA });
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return (items ?? []).map((item) => ({ ...item, apiVersion, kind }));
}
