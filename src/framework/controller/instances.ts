import { type KubeObject, keyOf, type ObjectKey } from '../api/object.ts';
import type { Cause } from '../cause.ts';
import type { CustomResource } from '../custom-resource.ts';
import type { AnyDefinition, SpecSchema } from '../definition.ts';
import type { EventInput } from '../observe/events.ts';
import type { Logger } from '../observe/logger.ts';
import { type Trouble, troubleOf } from '../outcome.ts';
import type { Services } from '../resources/services.ts';
import { type ReadSpec, readSpec } from '../spec-checks.ts';
import { Subject } from './subject.ts';

/** What looks after one generation of one object. */
export type Instance = {
  readonly uid: string;
  readonly generation: number | undefined;
  readonly subject: Subject;
  readonly services: Services;
  readonly resource: CustomResource<SpecSchema>;
};

/** An object for which there can be no instance, and why. */
export type NoInstance = { readonly subject: Subject; readonly trouble: Trouble };

export type InstancesOptions = {
  readonly definition: AnyDefinition;
  readonly services: Services;
  readonly logger: Logger;
  readonly enqueue: (key: ObjectKey, cause: Cause) => void;
  /** Told when a new spec, or a new object of the same name, has ended an instance. */
  readonly onReplaced: (key: ObjectKey) => void;
  readonly record: (object: KubeObject, event: EventInput) => void;
};

/** The instances of one kind: one for each generation of each object, which ends when the next one is needed. */
export class Instances {
  readonly #options: InstancesOptions;
  readonly #instances = new Map<ObjectKey, Instance>();

  constructor(options: InstancesOptions) {
    this.#options = options;
  }

  get(key: ObjectKey): Instance | undefined {
    return this.#instances.get(key);
  }

  /** The instance of an object as it is now. */
  for(object: KubeObject): Instance | NoInstance {
    const key = keyOf(object);
    const known = this.#instances.get(key);
    const { uid, generation } = object.metadata;
    if (known && known.uid === uid && known.generation === generation) {
      return known;
    }
    if (known) {
      this.discard(key);
      this.#options.onReplaced(key);
    }
    return this.#create(object);
  }

  /** Ends the instance of an object that is to rest. @returns what its status is told by. */
  rest(object: KubeObject): Subject {
    this.discard(keyOf(object));
    return this.#subjectFor(object, undefined);
  }

  /** Ends an instance with its subscriptions. */
  discard(key: ObjectKey): void {
    this.#instances.get(key)?.services.dispose();
    this.#instances.delete(key);
  }

  discardAll(): void {
    for (const key of [...this.#instances.keys()]) {
      this.discard(key);
    }
  }

  #create(object: KubeObject): Instance | NoInstance {
    const { definition, services: root } = this.#options;
    const { uid, generation, name, namespace } = object.metadata;
    const spec = this.#read(object);
    if ('trouble' in spec) {
      return { subject: this.#subjectFor(object, undefined), ...spec };
    }
    const subject = this.#subjectFor(object, spec.spec);
    const { kind } = definition;
    const services = root.child({
      owner: () => ({ kind, name, namespace, uid }),
      signal: () => subject.signal,
      record: (event) => subject.record(event),
    });
    try {
      const resource = definition.create({ resource: subject, services, definition });
      const instance = { uid, generation, subject, services, resource };
      this.#instances.set(keyOf(object), instance);
      return instance;
    } catch (error) {
      services.dispose();
      return { subject, trouble: troubleOf(error) };
    }
  }

  #read({ spec }: KubeObject): ReadSpec | { readonly trouble: Trouble } {
    try {
      return readSpec(this.#options.definition, spec);
    } catch (error) {
      return { trouble: troubleOf(error) };
    }
  }

  #subjectFor(object: KubeObject, spec: unknown): Subject {
    const { enqueue, record, logger } = this.#options;
    const key = keyOf(object);
    return new Subject({
      object,
      spec,
      logger: logger.child({ object: key }),
      enqueue: (cause) => enqueue(key, cause),
      record,
    });
  }
}
