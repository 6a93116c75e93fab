import { collectionPath, type ResourceType } from './discovery.ts';
import { ApiError, isInvalid, type KubeStatus, TransportError } from './errors.ts';
import { joinApiVersion, type KubeObject } from './object.ts';
import type { Query, Transport } from './transport.ts';

/** How much of each object is fetched: all of it, or its metadata only. */
export type Projection = 'full' | 'metadata';

/** Which objects are listed and watched. */
export type Selection = {
  readonly type: ResourceType;
  readonly projection: Projection;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  /** The name of the one object that is meant; all of them without it. */
  readonly name?: string | undefined;
};

/** One event of a watch. */
export type WatchEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
};

const PAGE_SIZE = 500;

/** The annotation by which the server marks the end of a list on the watch. */
const LIST_END = 'k8s.io/initial-events-end';

const METADATA_TYPES = 'g=meta.k8s.io;v=v1';

type RawList = {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  /** Null in an empty list of metadata. */
  readonly items: readonly Partial<KubeObject>[] | null;
};

type RawEvent = { readonly type: string; readonly object: unknown };

/** Where a watch starts and when the server is to end it. */
export type WatchOptions = {
  /** What is known already; without it the watch begins with every object that is there. */
  readonly resourceVersion?: string | undefined;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Called whenever bytes arrive. */
  readonly onActivity: () => void;
};

/** A list begins where nothing is known, and has no time limit but those of its pages. */
export type ListOptions = Pick<WatchOptions, 'signal' | 'onActivity'>;

/**
 * Lists a selection page by page and tells it as a watch would: each object as added, then the mark that {@link isListEnd}
 * knows. Throws what {@link Transport.request} throws.
 */
export async function* listEvents(
  transport: Transport,
  selection: Selection,
  { signal, onActivity }: ListOptions,
): AsyncGenerator<WatchEvent, void> {
  let token: string | undefined;
  let resourceVersion = '';
  do {
    const list = await transport.request<RawList>({
      path: collectionPath(selection.type, selection.namespace),
      query: { ...selectors(selection), limit: PAGE_SIZE, continue: token },
      accept: acceptFor(selection, 'PartialObjectMetadataList'),
      signal,
    });
    onActivity();
    for (const item of list.items ?? []) {
      yield { type: 'ADDED', object: withType(item, selection.type) };
    }
    ({ resourceVersion, continue: token } = list.metadata);
  } while (token);
  const metadata = { name: '', uid: '', resourceVersion, annotations: { [LIST_END]: 'true' } };
  yield { type: 'BOOKMARK', object: withType({ metadata }, selection.type) };
}

/**
 * Watches a selection from a resource version on, or from what is there; ends when the server ends it. What is there
 * comes object by object, each as added, up to the mark that {@link isListEnd} knows: a list that nobody has to hold
 * whole. A server that cannot do that says so in an error that {@link isStreamRefused} knows.
 * @throws ApiError for an error event (410 when the resource version is too old); TransportError for a broken stream.
 */
export async function* watchEvents(
  transport: Transport,
  selection: Selection,
  options: WatchOptions,
): AsyncGenerator<WatchEvent, void> {
  const { resourceVersion, timeoutSeconds, signal, onActivity } = options;
  const start =
    resourceVersion === undefined
      ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion };
  const bytes = await transport.stream({
    path: collectionPath(selection.type, selection.namespace),
    query: { ...selectors(selection), watch: true, allowWatchBookmarks: true, timeoutSeconds, ...start },
    accept: acceptFor(selection, 'PartialObjectMetadata'),
    signal,
  });
  onActivity();
  for await (const line of splitLines(bytes, onActivity)) {
    yield toWatchEvent(JSON.parse(line) as RawEvent, selection.type);
  }
}

/** Whether an event marks that everything that was there has been told. */
export function isListEnd({ type, object }: WatchEvent): boolean {
  return type === 'BOOKMARK' && object.metadata.annotations?.[LIST_END] === 'true';
}

/** Whether a server does not know lists on the watch: it is too old, or the feature is switched off. */
export function isStreamRefused(error: unknown): boolean {
  return isInvalid(error) || (error instanceof ApiError && error.code === 400);
}

function toWatchEvent(event: RawEvent, type: ResourceType): WatchEvent {
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return { type: event.type, object: withType(event.object as Partial<KubeObject>, type) };
    case 'ERROR':
      throw new ApiError(`watch ${type.plural}`, event.object as KubeStatus);
    default:
      throw new TransportError(`watch ${type.plural}: the server sent an event of the unknown type ${event.type}`);
  }
}

/** Splits a byte stream at line feeds; the last line counts only when it is ended by one. */
export async function* splitLines(
  bytes: AsyncIterable<Uint8Array>,
  onActivity: () => void = () => undefined,
): AsyncGenerator<string, void> {
  const LINE_FEED = 0x0a;
  let pending: Uint8Array[] = [];
  for await (const chunk of bytes) {
    onActivity();
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      pending.push(chunk.subarray(start, end));
      const line = Buffer.concat(pending).toString('utf8');
      pending = [];
      start = end + 1;
      if (line !== '') {
        yield line;
      }
    }
    if (start < chunk.length) {
      pending.push(chunk.subarray(start));
    }
  }
}

function selectors({ labelSelector, name }: Selection): Query {
  return { labelSelector, fieldSelector: name === undefined ? undefined : `metadata.name=${name}` };
}

function acceptFor(selection: Selection, as: string): string {
  return selection.projection === 'metadata' ? `application/json;as=${as};${METADATA_TYPES}` : 'application/json';
}

/** List items carry no type, and metadata-only objects carry the type of their envelope: fill in the real one. */
function withType(object: Partial<KubeObject>, type: ResourceType): KubeObject {
  return { ...object, apiVersion: joinApiVersion(type.group, type.version), kind: type.kind } as KubeObject;
}
