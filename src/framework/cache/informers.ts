import { typeKey } from '../api/discovery.ts';
import type { KubeObject } from '../api/object.ts';
import { Informer, type InformerOptions, type InformerSelection } from './informer.ts';
import { reduceManagedFields } from './projection.ts';

/** What all informers have in common. */
export type InformersOptions = Omit<InformerOptions, 'selection'>;

/** Every informer of the process: one per selection, shared by all who ask for it. */
export class Informers {
  readonly #options: InformersOptions;
  readonly #informers = new Map<string, { readonly selection: InformerSelection; readonly informer: Informer }>();

  constructor(options: InformersOptions) {
    this.#options = options;
  }

  /** The informer of a selection; it is started when it is first asked for. */
  get(selection: InformerSelection): Informer {
    const id = [typeKey(selection), selection.projection ?? 'full', selection.labelSelector ?? ''].join(' ');
    const known = this.#informers.get(id);
    if (known) {
      return known.informer;
    }
    const informer = new Informer({ ...this.#options, selection });
    this.#informers.set(id, { selection, informer });
    informer.start();
    return informer;
  }

  /** All informers with what they watch. */
  all(): { selection: InformerSelection; informer: Informer }[] {
    return [...this.#informers.values()];
  }

  /** Makes the answer to our own write visible in every cache that holds the object. */
  observeWrite(object: KubeObject): void {
    for (const { selection, informer } of this.#informers.values()) {
      if (typeKey(selection) === typeKey(object)) {
        informer.observeWrite(reduceManagedFields(projected(object, selection)));
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.all().map(({ informer }) => informer.stop()));
  }
}

function projected(object: KubeObject, { projection }: InformerSelection): KubeObject {
  const { apiVersion, kind, metadata } = object;
  return projection === 'metadata' ? { apiVersion, kind, metadata } : object;
}
