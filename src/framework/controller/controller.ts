import { performance } from 'node:perf_hooks';
import { ANNOTATION_DOMAIN } from '../api/field-manager.ts';
import { type KubeObject, keyOf, type ObjectKey, refOf } from '../api/object.ts';
import { Causes } from '../cause.ts';
import type { AnyDefinition } from '../definition.ts';
import type { EventInput, EventRecorder } from '../observe/events.ts';
import type { Journal } from '../observe/journal.ts';
import type { Logger } from '../observe/logger.ts';
import type { ReconcileObserver } from '../observe/metrics.ts';
import { type Run, within } from '../observe/run.ts';
import { TIMEOUT_REASON, type Trouble, troubleOf } from '../outcome.ts';
import type { WorkQueue } from '../queue/queue.ts';
import type { Services } from '../resources/services.ts';
import { problemsOf, refusalOf } from '../spec-checks.ts';
import { inTime } from './deadline.ts';
import { withEchoes } from './echoes.ts';
import { type Instance, Instances, type NoInstance } from './instances.ts';
import { LoopDetector } from './loop-detector.ts';
import { settleRun, settleSuspended } from './settle.ts';
import type { Subject } from './subject.ts';
import { isSuspended } from './suspension.ts';
import { attempt, RELEASE_ANNOTATION, troublesOf, withWayOut } from './troubles.ts';

/** The finalizer of every kind that cleans up outside the cluster. */
export const FINALIZER = `${ANNOTATION_DOMAIN}/cleanup`;

/** How long one run may take before it is told to stop, unless the host says otherwise. */
const RUN_DEADLINE_MS = 2 * 60_000;

export type ControllerOptions = {
  readonly definition: AnyDefinition;
  readonly services: Services;
  readonly queue: WorkQueue;
  readonly recorder: Pick<EventRecorder, 'record'>;
  readonly observe: ReconcileObserver;
  readonly journal: Journal;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
  /** How long one run may take, in milliseconds. */
  readonly runDeadlineMs?: number | undefined;
  /**
   * Adds the finalizer, or cleans up and removes it when the object is being deleted.
   * Resolves to the object as it is afterwards, or to `undefined` when there is nothing left to reconcile.
   */
  readonly handleFinalizer: (object: KubeObject, cleanUp: () => Promise<void>) => Promise<KubeObject | undefined>;
};

/** One run on its way: what the steps of it share. */
type Attempt = { readonly run: Run; readonly object: KubeObject };

/** Runs the instances of one kind: key in, outcome out. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #instances: Instances;
  readonly #loops = new LoopDetector();
  readonly #logger: Logger;

  constructor(options: ControllerOptions) {
    this.#options = options;
    const { definition, services, queue } = options;
    this.#logger = services.runtime.logger.child({ kind: definition.kind });
    this.#instances = new Instances({
      definition,
      services,
      logger: this.#logger,
      enqueue: (key, cause) => queue.add(key, cause),
      onReplaced: (key) => queue.forget(key), // a new spec deserves quick retries
      record: (object, event) => this.#record(object, event),
    });
  }

  /** One run for a key: `object` is what the cache has under it. Never throws. */
  async reconcile(key: ObjectKey, object: KubeObject | undefined): Promise<void> {
    const { queue, journal, definition } = this.#options;
    if (!object) {
      this.#instances.discard(key);
      this.#loops.forget(key);
      queue.forget(key);
      return;
    }
    const causes = this.#causesOf(key);
    const holdMs = this.#loops.holdMs(key, causes);
    if (holdMs > 0) {
      queue.addAfter(key, holdMs, causes);
      return;
    }
    const run = journal.begin(definition.kind, key, causes);
    await within(run, () => this.#complete({ run, object }));
  }

  /** The loop that an object is in, if any. */
  loopOf(key: ObjectKey): { readonly runs: number; readonly heldMs: number } | undefined {
    return this.#loops.loopOf(key);
  }

  /** Ends every instance. */
  stop(): void {
    this.#instances.discardAll();
  }

  /** Why a key is worked on; by now it is known which news were of our own writes. */
  #causesOf(key: ObjectKey): Causes {
    const { queue, journal, definition } = this.#options;
    const state = queue.stateOf(key);
    return state.state === 'idle' ? new Causes() : withEchoes(state.causes, { kind: definition.kind, key, journal });
  }

  async #complete(attempt: Attempt): Promise<void> {
    const { run, object } = attempt;
    const started = performance.now();
    const trouble = await this.#run(attempt).catch((error: unknown) => this.#escaped(object, error));
    const nextRunMs = this.#plan(run.object, trouble);
    const subject = this.#instances.get(run.object)?.subject;
    this.#lookAgain(attempt, trouble, subject);
    subject?.end();
    run.ended({ outcome: trouble?.kind ?? 'success', troubles: troublesOf(trouble, subject?.parts), nextRunMs });
    this.#options.observe.ran({
      outcome: trouble?.kind ?? 'success',
      durationMs: performance.now() - started,
      requests: run.requestCount,
      causes: run.causes,
      isTimed: nextRunMs !== undefined,
      isTimeout: trouble?.kind === 'failed' && trouble.reason === TIMEOUT_REASON,
    });
    this.#lookForLoop(attempt);
  }

  /**
   * A run that has written and is not Ready for it only compared with what was there before: the answer is in the cache
   * now, and no watch may ever tell more. What then still is not ready is told of by others.
   */
  #lookAgain({ run, object }: Attempt, trouble: Trouble | undefined, subject: Subject | undefined): void {
    const isReady = subject?.conditions.get('Ready')?.status === 'True';
    const own = keyOf(object);
    const hasWritten = run.writes.some(({ kind, object: key }) => kind !== object.kind || key !== own);
    if (!trouble && !isReady && hasWritten) {
      this.#options.queue.add(run.object, { type: 'asked', inRun: true });
    }
  }

  #lookForLoop({ run, object }: Attempt): void {
    const loop = this.#loops.ended(run.object, run);
    if (loop) {
      const written = loop.writes.join(' and ');
      const note = `Runs again and again because of its own writes, ${loop.runs} times in a row of ${written}: runs are slowed down until something else changes`;
      this.#record(object, { type: 'Warning', reason: 'ReconcileLoop', note });
      this.#options.observe.looped();
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

  /** @returns when the key runs again although nothing changes. */
  #plan(key: ObjectKey, trouble: Trouble | undefined): number | undefined {
    const { queue } = this.#options;
    if (trouble?.kind === 'failed') {
      return queue.addAfterFailure(key, trouble.retryAfterMs);
    }
    if (trouble?.kind === 'silent') {
      return queue.addAfterFailure(key);
    }
    queue.forget(key);
    const own = this.#instances.get(key)?.subject.requeueAfterMs;
    const waits = trouble?.kind === 'waiting' ? [own, trouble.retryAfterMs] : [own];
    const delays = waits.filter((delay) => delay !== undefined);
    if (delays.length === 0) {
      return undefined;
    }
    const delayMs = Math.min(...delays);
    queue.addAfter(key, delayMs);
    return delayMs;
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
  async #run({ run, object: given }: Attempt): Promise<Trouble | undefined> {
    if (isSuspended(given)) {
      return await this.#rest(given);
    }
    const object = await this.#withoutFormerFinalizers(given);
    const { deletionTimestamp, finalizers } = object.metadata;
    if (deletionTimestamp && !finalizers?.includes(FINALIZER)) {
      return undefined; // it goes without us
    }
    if (deletionTimestamp && object.metadata.annotations?.[RELEASE_ANNOTATION] === 'true') {
      return await attempt(() => this.#letGo(object), this.#logger);
    }
    const instance = this.#instances.for(object);
    const work = 'trouble' in instance ? this.#refuse(instance) : await this.#work(instance, { run, object });
    const trouble = deletionTimestamp && work ? withWayOut(work) : work;
    if (deletionTimestamp && !trouble) {
      return undefined; // cleaned up: the object is gone or about to go
    }
    return await this.#settle(instance.subject, trouble);
  }

  /** Lets the instance work within the deadline. One that overstays is ended: its signal stays aborted for good. */
  async #work(instance: Instance, { run, object }: Attempt): Promise<Trouble | undefined> {
    const { signal: stop, runDeadlineMs = RUN_DEADLINE_MS } = this.#options;
    const work = async (signal: AbortSignal) => {
      instance.subject.begin(object, { signal, causes: run.causes.list() });
      await (object.metadata.deletionTimestamp ? this.#cleanUp(instance, object) : this.#bringInLine(instance, object));
    };
    const trouble = await attempt(() => inTime(work, { deadlineMs: runDeadlineMs, stop }), instance.subject.logger);
    if (trouble?.kind === 'failed' && trouble.reason === TIMEOUT_REASON) {
      this.#instances.discard(run.object);
    }
    return trouble;
  }

  async #bringInLine({ resource, subject, services }: Instance, object: KubeObject): Promise<void> {
    const refusal = refusalOf(problemsOf(this.#options.definition, subject.spec));
    if (refusal) {
      this.#refuse({ subject, trouble: troubleOf(refusal) });
      throw refusal;
    }
    const current = resource.finalize ? await this.#options.handleFinalizer(object, async () => undefined) : object;
    if (current) {
      subject.begin(current);
      await services.synced();
      await resource.reconcile();
    }
  }

  /** No run begins: the parts that it would have told of are told of here. */
  #refuse({ subject, trouble }: NoInstance): Trouble {
    if (trouble.kind === 'stalled') {
      const { reason, message } = trouble;
      for (const part of this.#options.definition.parts ?? []) {
        subject.conditions.put(part, { status: 'False', reason, message });
      }
    }
    return trouble;
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

  /** Nothing is done for the object, nor does anything but the object itself ask for a run. */
  async #rest(object: KubeObject): Promise<Trouble | undefined> {
    const { services, signal } = this.#options;
    const subject = this.#instances.rest(object);
    return await attempt(() => settleSuspended(subject, { gateway: services.runtime.gateway, signal }), subject.logger);
  }

  async #settle(subject: Subject, trouble: Trouble | undefined): Promise<Trouble | undefined> {
    const { services, signal } = this.#options;
    const worst = await settleRun(subject, { trouble, gateway: services.runtime.gateway, signal });
    if (worst?.kind === 'failed') {
      subject.logger.warn('run ended in failure', { reason: worst.reason, error: worst.message });
    }
    return worst;
  }

  #record(object: KubeObject, event: EventInput): void {
    this.#options.recorder.record(object, event);
    const level = event.type === 'Warning' ? 'warn' : 'info';
    this.#logger[level](event.note, { object: keyOf(object), reason: event.reason });
  }
}
