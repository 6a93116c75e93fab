import { typeKey } from '../api/discovery.ts';
import { type KubeObject, keyFor, keyOf, type ObjectKey, type ObjectRef } from '../api/object.ts';
import { currentRun } from '../observe/run.ts';

/** A write of this process: what was there before, as far as is known, and what is there now. */
export type WriteListener = (written: {
  readonly key: ObjectKey;
  readonly previous: KubeObject | undefined;
  readonly current: KubeObject;
}) => void;

/** Who listens; not told of writes that its own runs make. */
export type Reader = { readonly kind: string; readonly key: ObjectKey };

/**
 * Tells the objects of this process of one another's writes. The caches tell of what others do; the answer to a write of
 * our own goes into them quietly, and the watch is no news then. Its writer knows. Whoever else refers to what was
 * written would never learn of it.
 */
export class WriteNews {
  readonly #listeners = new Map<string, Set<WriteListener>>();

  /** Calls the listener when another object's run writes the one that is named, until the returned function is called. */
  onWrite(ref: ObjectRef, reader: () => Reader, listener: WriteListener): () => void {
    return this.#subscribe(`${typeKey(ref)} ${keyFor(ref.name, ref.namespace)}`, (written) => {
      if (!isRunOf(reader())) {
        listener(written);
      }
    });
  }

  /** Calls the listener when a run of another object writes any object of a kind. */
  onWriteOfKind(type: Pick<ObjectRef, 'apiVersion' | 'kind'>, listener: WriteListener): void {
    this.#subscribe(typeKey(type), (written) => {
      if (!isRunOf({ kind: type.kind, key: written.key })) {
        listener(written);
      }
    });
  }

  /** Tells of a write, in the course of the run that made it. */
  tell(previous: KubeObject | undefined, current: KubeObject): void {
    if (previous?.metadata.resourceVersion === current.metadata.resourceVersion) {
      return; // the server found nothing to change
    }
    const key = keyOf(current);
    const type = typeKey(current);
    const listeners = [...(this.#listeners.get(type) ?? []), ...(this.#listeners.get(`${type} ${key}`) ?? [])];
    for (const listener of listeners) {
      listener({ key, previous, current });
    }
  }

  #subscribe(id: string, listener: WriteListener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) {
        this.#listeners.delete(id);
      }
    };
  }
}

function isRunOf({ kind, key }: Reader): boolean {
  const run = currentRun();
  return run?.kind === kind && run.object === key;
}
