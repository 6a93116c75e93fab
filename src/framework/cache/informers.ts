import { typeKey } from '../api/discovery.ts';
import { messageOf } from '../api/errors.ts';
import { type KubeObject, keyFor, type ObjectRef } from '../api/object.ts';
import { Pace } from '../queue/pace.ts';
import { Informer, type InformerOptions, type InformerSelection } from './informer.ts';
import { covers, idOf, isMetadataOnly } from './projection.ts';
import { Turns } from './turns.ts';

/** What all informers have in common. */
export type InformersOptions = Omit<InformerOptions, 'selection' | 'turns' | 'pace' | 'idleLimitMs' | 'name'> & {
  /** How long an informer that nobody holds goes on; default a minute, for an instance made anew soon asks again. */
  readonly graceMs?: number;
  /** How long a connection may be silent before it counts as dead; default 100 s. */
  readonly idleLimitMs?: number;
};

/** An informer that goes on at least until it is released. Releasing it twice does no harm. */
export type InformerLease = { readonly informer: Informer; readonly release: () => void };

/** One of the informers with what it watches. */
type Entry = { readonly selection: InformerSelection; readonly informer: Informer };

type Held = Entry & {
  /** Who holds it; nobody may end it when the operator itself does. */
  holders: number;
  isPinned: boolean;
  ending: NodeJS.Timeout | undefined;
};

/** The server sends a bookmark a minute on a quiet watch; a connection silent for longer than this is dead. */
const IDLE_LIMIT_MS = 100_000;

const GRACE_MS = 60_000;

/** How many informers list at the same time. */
const LISTS_AT_ONCE = 4;

/** Out of touch for longer than this, a cache is not to be trusted. */
const STALE_MS = 180_000;

/** Every informer of the process: one per selection, shared by all who ask for it, ended when nobody does. */
export class Informers {
  readonly #options: InformersOptions;
  readonly #turns = new Turns(LISTS_AT_ONCE);
  readonly #pace = new Pace();
  readonly #informers = new Map<string, Held>();

  constructor(options: InformersOptions) {
    this.#options = options;
  }

  /** The informer of a selection, which then goes on as long as the process. Throws as {@link acquire} does. */
  get(selection: InformerSelection): Informer {
    const held = this.#hold(selection);
    held.isPinned = true;
    return held.informer;
  }

  /**
   * The informer of a selection; it is started when it is first asked for. One that holds more of the same objects will
   * do as well.
   * @throws Error when it would hold the content of Secrets.
   */
  acquire(selection: InformerSelection): InformerLease {
    const held = this.#hold(selection);
    held.holders += 1;
    let released = false;
    const release = () => {
      if (!released) {
        released = true;
        this.#release(held);
      }
    };
    return { informer: held.informer, release };
  }

  /** All informers with what they watch. */
  all(): Entry[] {
    return [...this.#informers.values()];
  }

  /** The object as the fullest cache of its kind has it. */
  lookUp(ref: ObjectRef): KubeObject | undefined {
    const key = keyFor(ref.name, ref.namespace);
    const found = this.#ofKind(ref).flatMap((informer) => informer.get(key) ?? []);
    return found.find((each) => 'spec' in each || 'data' in each) ?? found[0];
  }

  /** Why the caches of the operator's own kinds cannot be trusted, one sentence each; none when they can. */
  troubles(): string[] {
    const own = [...this.#informers.values()].filter(({ isPinned }) => isPinned);
    return own.flatMap(({ selection, informer }) => troubleOf(selection.kind, informer) ?? []);
  }

  /** A write of ours begins: news of the object wait for its answer. @returns what ends that, after the answer. */
  holdBack(ref: ObjectRef): () => void {
    const key = keyFor(ref.name, ref.namespace);
    const ends = this.#ofKind(ref).map((informer) => informer.holdBack(key));
    return () => {
      for (const end of ends) {
        end();
      }
    };
  }

  /** Makes the answer to our own write visible in every cache that holds the object. */
  observeWrite(object: KubeObject): void {
    for (const informer of this.#ofKind(object)) {
      informer.observeWrite(object);
    }
  }

  async stop(): Promise<void> {
    for (const { ending } of this.#informers.values()) {
      clearTimeout(ending);
    }
    await Promise.all(this.all().map(({ informer }) => informer.stop()));
  }

  #ofKind({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): Informer[] {
    const found: Informer[] = [];
    for (const { selection, informer } of this.#informers.values()) {
      if (selection.kind === kind && selection.apiVersion === apiVersion) {
        found.push(informer);
      }
    }
    return found;
  }

  #hold(selection: InformerSelection): Held {
    const held = this.#find(selection) ?? this.#create(selection);
    clearTimeout(held.ending);
    return held;
  }

  #find(selection: InformerSelection): Held | undefined {
    const exact = this.#informers.get(idOfSelection(selection));
    const { projection = 'full' } = selection;
    const same = [...this.#informers.values()].filter((each) => isSameButProjection(each.selection, selection));
    return exact ?? same.find((each) => covers(each.selection.projection ?? 'full', projection));
  }

  #create(selection: InformerSelection): Held {
    assertNoSecretContent(selection);
    const { idleLimitMs = IDLE_LIMIT_MS } = this.#options;
    const informer = new Informer({ ...this.#options, selection, turns: this.#turns, pace: this.#pace, idleLimitMs });
    const held = { selection, informer, holders: 0, isPinned: false, ending: undefined };
    this.#informers.set(idOfSelection(selection), held);
    informer.start();
    return held;
  }

  #release(held: Held): void {
    held.holders -= 1;
    if (held.holders > 0 || held.isPinned) {
      return;
    }
    clearTimeout(held.ending);
    held.ending = setTimeout(() => this.#end(held), this.#options.graceMs ?? GRACE_MS).unref();
  }

  #end(held: Held): void {
    this.#informers.delete(idOfSelection(held.selection));
    void held.informer.stop();
  }
}

function idOfSelection(selection: InformerSelection): string {
  return [typeKey(selection), idOf(selection.projection ?? 'full'), selection.labelSelector ?? ''].join(' ');
}

function isSameButProjection(a: InformerSelection, b: InformerSelection): boolean {
  return typeKey(a) === typeKey(b) && (a.labelSelector ?? '') === (b.labelSelector ?? '');
}

function assertNoSecretContent({ apiVersion, kind, projection = 'full' }: InformerSelection): void {
  if (apiVersion === 'v1' && kind === 'Secret' && !isMetadataOnly(projection)) {
    throw new Error(
      'Secrets are held as metadata only: their content would put the passwords of a whole cluster into memory and heap' +
        ' dumps. Watch the metadata, and read the one Secret that is needed when it changes (SecretService does)',
    );
  }
}

function troubleOf(kind: string, informer: Informer): string | undefined {
  const { lastError, silenceMs, hasSynced } = informer;
  const why = lastError === undefined ? '' : `: ${messageOf(lastError)}`;
  if (!hasSynced) {
    return `${kind} is not listed yet${why}`;
  }
  return silenceMs > STALE_MS ? `${kind} has been out of touch for ${Math.round(silenceMs / 1000)} s${why}` : undefined;
}
