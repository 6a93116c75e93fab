import { setTimeout as delay } from 'node:timers/promises';
import {
  type AnyDefinition,
  collectionPath,
  describeRef,
  isGone,
  isNotFound,
  type KubeObject,
  type ObjectRef,
  objectPath,
  TransportError,
  watchEvents,
} from '../framework/framework.ts';
import type { Cluster } from './cluster.ts';
import { type Target, typeOf } from './kinds.ts';

/** Objects of one kind, as the server lists them. */
export type Listing = { readonly items: readonly KubeObject[]; readonly resourceVersion: string };

/** Which objects of a kind: of one namespace or of all, and by labels. */
export type Which = {
  readonly namespace?: string | undefined;
  readonly selector?: string | undefined;
  readonly name?: string | undefined;
};

/** Objects of one kind, or one of them. */
export type Wanted = { readonly definition: AnyDefinition; readonly which: Which };

type RawList = {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly KubeObject[] | null;
};

const PAGE_SIZE = 500;

/** How long the server lets a watch last; then it is opened anew. */
const WATCH_SECONDS = 240;

/** Before a broken watch is opened anew. */
const PAUSE_MS = 500;

/** What a command on one object is about, for messages. */
export function refOfTarget(cluster: Cluster, { definition, name }: Target): ObjectRef {
  const { group, version, kind } = definition;
  return { apiVersion: `${group}/${version}`, kind, name, namespace: cluster.namespaceFor(definition) };
}

/** The path of the object that a command is about. */
export function pathOf(cluster: Cluster, { definition, name }: Target): string {
  return objectPath(typeOf(definition), { name, namespace: cluster.namespaceFor(definition) });
}

/** Objects of a kind. @throws Error when the cluster does not know the kind; what the transport throws. */
export async function listObjects(
  { transport }: Cluster,
  definition: AnyDefinition,
  { namespace, selector, name }: Which,
): Promise<Listing> {
  const path = collectionPath(typeOf(definition), namespace);
  const items: KubeObject[] = [];
  const fieldSelector = name === undefined ? undefined : `metadata.name=${name}`;
  let token: string | undefined;
  let resourceVersion = '';
  do {
    const query = { labelSelector: selector, fieldSelector, limit: PAGE_SIZE, continue: token };
    const list = await transport.request<RawList>({ path, query }).catch((error: unknown) => {
      throw isNotFound(error) ? new KindMissingError(definition, { cause: error }) : error;
    });
    items.push(...(list.items ?? []).map((item) => shown(item, definition)));
    ({ resourceVersion, continue: token } = list.metadata);
  } while (token);
  return { items, resourceVersion };
}

/** An object. @throws Error when it is not there; what {@link listObjects} throws. */
export async function getObject(cluster: Cluster, target: Target): Promise<KubeObject> {
  const { definition, name } = target;
  const { items } = await listObjects(cluster, definition, { namespace: cluster.namespaceFor(definition), name });
  return items[0] ?? missing(cluster, target);
}

/** @throws Error that there is no such object. */
export function missing(cluster: Cluster, target: Target): never {
  throw new Error(`There is no ${describeRef(refOfTarget(cluster, target))}`);
}

/** The object as it is and as it becomes, nothing while it is not there; until the signal is aborted, which throws. */
export async function* followObject(
  cluster: Cluster,
  { definition, name }: Target,
  signal: AbortSignal,
): AsyncGenerator<KubeObject | undefined, never> {
  const namespace = cluster.namespaceFor(definition);
  for (;;) {
    const { items, resourceVersion } = await listObjects(cluster, definition, { namespace, name });
    yield items[0];
    for await (const { type, object } of changesSince(cluster, definition, {
      namespace,
      name,
      resourceVersion,
      signal,
    })) {
      yield type === 'DELETED' ? undefined : object;
    }
    signal.throwIfAborted();
    await delay(PAUSE_MS, undefined, { signal });
  }
}

type Changes = Which & { readonly resourceVersion: string; readonly signal: AbortSignal };

/** What changes after a listing; ends when the server or the network ends it. */
export async function* changesSince(
  { transport }: Cluster,
  definition: AnyDefinition,
  { namespace, name, selector, resourceVersion, signal }: Changes,
): AsyncGenerator<{ readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }, void> {
  const selection = { type: typeOf(definition), projection: 'full', namespace, name, labelSelector: selector } as const;
  const options = { resourceVersion, timeoutSeconds: WATCH_SECONDS, signal, onActivity: () => undefined };
  try {
    for await (const { type, object } of watchEvents(transport, selection, options)) {
      if (type !== 'BOOKMARK') {
        yield { type, object: shown(object, definition) };
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!isGone(error) && !(error instanceof TransportError)) {
      throw error;
    }
  }
}

/** The cluster does not know a kind of ours. */
export class KindMissingError extends Error {
  override readonly name = 'KindMissingError';

  constructor({ kind }: AnyDefinition, options?: ErrorOptions) {
    super(
      `The cluster does not know ${kind}: apply manifests/crds, and ask hearth doctor what else is missing`,
      options,
    );
  }
}

/** As people want to see it: what type it is, which a list does not say, and not who owns which field. */
function shown({ metadata, ...object }: KubeObject, { group, version, kind }: AnyDefinition): KubeObject {
  const { managedFields: _managedFields, ...rest } = metadata;
  return { ...object, apiVersion: `${group}/${version}`, kind, metadata: rest };
}
