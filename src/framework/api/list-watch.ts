import { collectionPath, type ResourceType } from './discovery.ts';
import { ApiError, type KubeStatus, TransportError } from './errors.ts';
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
};

/** One page of a list. The resource version is that of the whole list and the same on every page. */
export type Page = { readonly items: readonly KubeObject[]; readonly resourceVersion: string };

/** One event of a watch. */
export type WatchEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
};

const PAGE_SIZE = 500;

const METADATA_TYPES = 'g=meta.k8s.io;v=v1';

type RawList = {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  /** Null in an empty list of metadata. */
  readonly items: readonly Partial<KubeObject>[] | null;
};

type RawEvent = { readonly type: string; readonly object: unknown };

/** Lists a selection page by page. Throws what {@link Transport.request} throws. */
export async function* listPages(
  transport: Transport,
  selection: Selection,
  signal?: AbortSignal,
): AsyncGenerator<Page, void> {
  let token: string | undefined;
  do {
    const list = await transport.request<RawList>({
      path: collectionPath(selection.type, selection.namespace),
      query: { ...selectors(selection), limit: PAGE_SIZE, continue: token },
      accept: acceptFor(selection, 'PartialObjectMetadataList'),
      signal,
    });
    const items = (list.items ?? []).map((item) => withType(item, selection.type));
    yield { items, resourceVersion: list.metadata.resourceVersion };
    token = list.metadata.continue;
  } while (token);
}

/** Where a watch starts and when the server is to end it. */
export type WatchOptions = {
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Called whenever bytes arrive. */
  readonly onActivity: () => void;
};

/**
 * Watches a selection from a resource version on; ends when the server ends it.
 * @throws ApiError for an error event (410 when the resource version is too old); TransportError for a broken stream.
 */
export async function* watchEvents(
  transport: Transport,
  selection: Selection,
  options: WatchOptions,
): AsyncGenerator<WatchEvent, void> {
  const bytes = await transport.stream({
    path: collectionPath(selection.type, selection.namespace),
    query: {
      ...selectors(selection),
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: options.resourceVersion,
      timeoutSeconds: options.timeoutSeconds,
    },
    accept: acceptFor(selection, 'PartialObjectMetadata'),
    signal: options.signal,
  });
  options.onActivity();
  for await (const line of splitLines(bytes, options.onActivity)) {
    yield toWatchEvent(JSON.parse(line) as RawEvent, selection.type);
  }
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

function selectors(selection: Selection): Query {
  return { labelSelector: selection.labelSelector };
}

function acceptFor(selection: Selection, as: string): string {
  return selection.projection === 'metadata' ? `application/json;as=${as};${METADATA_TYPES}` : 'application/json';
}

/** List items carry no type, and metadata-only objects carry the type of their envelope: fill in the real one. */
function withType(object: Partial<KubeObject>, type: ResourceType): KubeObject {
  return { ...object, apiVersion: joinApiVersion(type.group, type.version), kind: type.kind } as KubeObject;
}
