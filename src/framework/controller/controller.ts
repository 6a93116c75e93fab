import { performance } from 'node:perf_hooks';
import { ANNOTATION_DOMAIN } from '../api/field-manager.ts';
import { describeRef, type KubeObject, keyOf, type ObjectKey, refOf } from '../api/object.ts';
import type { CustomResource } from '../custom-resource.ts';
import type { AnyDefinition, SpecSchema } from '../definition.ts';
import type { EventRecorder } from '../observe/events.ts';
import type { Logger } from '../observe/logger.ts';
import type { ReconcileObserver } from '../observe/metrics.ts';
import { type Trouble, troubleOf } from '../outcome.ts';
import type { WorkQueue } from '../queue/queue.ts';
import type { Services } from '../resources/services.ts';
import { parseSpec } from '../schema/parse.ts';
import { settleRun } from './settle.ts';
import { Subject } from './subject.ts';

/** The finalizer of every kind that cleans up outside the cluster. */
export const FINALIZER = `${ANNOTATION_DOMAIN}/cleanup`;

/**
 * A person's way out: with this annotation set to `true`, an object that is being deleted is let go without cleaning
 * up, for when what it made outside the cluster is out of reach for good.
 */
export const RELEASE_ANNOTATION = `${ANNOTATION_DOMAIN}/release`;

/** How long one run may take before it is told to stop. */
const RUN_DEADLINE_MS = 2 * 60_000;

export type ControllerOptions = {
  readonly definition: AnyDefinition;
  readonly services: Services;
  readonly queue: WorkQueue;
  readonly recorder: EventRecorder;
  readonly observe: ReconcileObserver;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
  /**
   * Adds the finalizer, or cleans up and removes it when the object is being deleted.
   * Resolves to the object as it is afterwards, or to `undefined` when there is nothing left to reconcile.
   */
  readonly handleFinalizer: (object: KubeObject, cleanUp: () => Promise<void>) => Promise<KubeObject | undefined>;
};

type Instance = {
  readonly uid: string;
  readonly generation: number | undefined;
  readonly subject: Subject;
  readonly services: Services;
  readonly resource: CustomResource<SpecSchema>;
};

/** Runs the instances of one kind: key in, outcome out. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #instances = new Map<ObjectKey, Instance>();
  readonly #logger: Logger;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#logger = options.services.runtime.logger.child({ kind: options.definition.kind });
  }

  /** One run for a key: `object` is what the cache has under it. Never throws. */
  async reconcile(key: ObjectKey, object: KubeObject | undefined): Promise<void> {
    if (!object) {
      this.#discard(key);
      this.#options.queue.forget(key);
      return;
    }
    const started = performance.now();
    const trouble = await this.#run(object).catch((error: unknown) => this.#escaped(object, error));
    this.#options.observe(trouble?.kind ?? 'success', performance.now() - started);
    this.#plan(key, trouble);
  }

  /** Ends every instance. */
  stop(): void {
    for (const key of [...this.#instances.keys()]) {
      this.#discard(key);
    }
  }

  /** The status could not be written, or our own code is wrong: nobody but the log can be told. */
  #escaped(object: KubeObject, error: unknown): Trouble {
    const trouble = troubleOf(error);
    if (trouble.kind !== 'silent') {
      const stack = error instanceof Error ? error.stack : String(error);
      this.#logger.error('run failed', { object: keyOf(object), error: stack });
    }
    return trouble;
  }

  #plan(key: ObjectKey, trouble: Trouble | undefined): void {
    const { queue } = this.#options;
    if (trouble?.kind === 'failed') {
      queue.addAfterFailure(key, trouble.retryAfterMs);
    } else if (trouble?.kind === 'silent') {
      queue.addAfterFailure(key);
    } else {
      queue.forget(key);
      const own = this.#instances.get(key)?.subject.requeueAfterMs;
      const waits = trouble?.kind === 'waiting' ? [own, trouble.retryAfterMs] : [own];
      const delays = waits.filter((delay) => delay !== undefined);
      if (delays.length > 0) {
        queue.addAfter(key, Math.min(...delays));
      }
    }
  }

  /** What an earlier operator meant to clean up by these is for us to look after. */
  async #withoutFormerFinalizers(object: KubeObject): Promise<KubeObject> {
    const { definition, services } = this.#options;
    const { finalizers = [] } = object.metadata;
    const rest = finalizers.filter((each) => !definition.formerFinalizers?.includes(each));
    const isClean = rest.length === finalizers.length;
    return isClean ? object : await services.runtime.gateway.replaceFinalizers(refOf(object), finalizers, rest);
  }

  /** @returns the trouble that decides when to run again. */
  async #run(given: KubeObject): Promise<Trouble | undefined> {
    const object = await this.#withoutFormerFinalizers(given);
    const { deletionTimestamp, finalizers } = object.metadata;
    if (deletionTimestamp && !finalizers?.includes(FINALIZER)) {
      return undefined; // it goes without us
    }
    if (deletionTimestamp && object.metadata.annotations?.[RELEASE_ANNOTATION] === 'true') {
      return await attempt(() => this.#letGo(object));
    }
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(RUN_DEADLINE_MS)]);
    const instance = this.#instanceFor(object);
    if ('trouble' in instance) {
      const trouble = deletionTimestamp ? withWayOut(instance.trouble) : instance.trouble;
      return await this.#settle(instance.subject, trouble, signal);
    }
    instance.subject.begin(object, signal);
    if (deletionTimestamp) {
      const trouble = await attempt(() => this.#cleanUp(instance, object));
      return trouble && (await this.#settle(instance.subject, withWayOut(trouble), signal));
    }
    const trouble = await attempt(() => this.#bringInLine(instance, object, signal));
    return await this.#settle(instance.subject, trouble, signal);
  }

  async #bringInLine(
    { resource, subject, services }: Instance,
    object: KubeObject,
    signal: AbortSignal,
  ): Promise<void> {
    const current = resource.finalize ? await this.#options.handleFinalizer(object, async () => undefined) : object;
    if (current) {
      subject.begin(current, signal);
      await services.synced();
      await resource.reconcile();
    }
  }

  async #cleanUp({ resource, services }: Instance, object: KubeObject): Promise<void> {
    await services.synced();
    await this.#options.handleFinalizer(object, async () => await resource.finalize?.());
  }

  async #letGo(object: KubeObject): Promise<void> {
    const note = `Let go without cleaning up, as the annotation ${RELEASE_ANNOTATION} asks`;
    this.#options.recorder.record(object, { type: 'Warning', reason: 'Released', note, action: 'Delete' });
    await this.#options.handleFinalizer(object, async () => undefined);
  }

  async #settle(subject: Subject, trouble: Trouble | undefined, signal: AbortSignal): Promise<Trouble | undefined> {
    const worst = await settleRun(subject, { trouble, gateway: this.#options.services.runtime.gateway, signal });
    if (worst?.kind === 'failed') {
      subject.logger.warn('run ended in failure', { reason: worst.reason, error: worst.message });
    }
    return worst;
  }

  #instanceFor(object: KubeObject): Instance | { subject: Subject; trouble: Trouble } {
    const key = keyOf(object);
    const known = this.#instances.get(key);
    const { uid, generation } = object.metadata;
    if (known && known.uid === uid && known.generation === generation) {
      return known;
    }
    this.#discard(key);
    return this.#createInstance(object);
  }

  #createInstance(object: KubeObject): Instance | { subject: Subject; trouble: Trouble } {
    const { definition, services: root } = this.#options;
    const { uid, generation } = object.metadata;
    const parsed = parseSpec(definition.spec, object.spec ?? {});
    const subject = this.#subjectFor(object, parsed.ok ? parsed.value : undefined);
    if (!parsed.ok) {
      return { subject, trouble: { kind: 'stalled', reason: 'InvalidSpec', message: parsed.message } };
    }
    const { kind } = definition;
    const { name, namespace } = object.metadata;
    const scope = { owner: () => ({ kind, name, namespace, uid }), signal: () => subject.signal };
    const services = root.child(scope);
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

  #subjectFor(object: KubeObject, spec: unknown): Subject {
    const { queue, recorder, definition } = this.#options;
    const { name, namespace } = object.metadata;
    const key = keyOf(object);
    return new Subject({
      object,
      spec,
      logger: this.#logger.child({ object: key }),
      enqueue: () => queue.add(key),
      record: (regarding, event) => {
        recorder.record(regarding, event);
        const what = describeRef({ apiVersion: '', kind: definition.kind, name, namespace });
        this.#logger.info(event.note, { object: what, reason: event.reason });
      },
    });
  }

  #discard(key: ObjectKey): void {
    this.#instances.get(key)?.services.dispose();
    this.#instances.delete(key);
  }
}

/** Whoever waits for a deletion is told how to end the wait. */
function withWayOut(trouble: Trouble): Trouble {
  if (trouble.kind === 'silent') {
    return trouble;
  }
  const message = `Cannot clean up: ${trouble.message}. To let it go as it is, set the annotation ${RELEASE_ANNOTATION}=true`;
  return { ...trouble, message };
}

async function attempt(work: () => Promise<void>): Promise<Trouble | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return troubleOf(error);
  }
}
