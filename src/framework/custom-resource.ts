import type { KubeObject, ObjectMeta, ObjectRef, OwnerReference } from './api/object.ts';
import { type Cause, isCause } from './cause.ts';
import type { Component, ComponentReport } from './components/component.ts';
import { ComponentRunner } from './components/component-runner.ts';
import type { Conditions } from './conditions/conditions.ts';
import type { Status, Subject } from './controller/subject.ts';
import type { CustomResourceDefinition, SpecSchema } from './definition.ts';
import type { EventInput } from './observe/events.ts';
import type { Logger } from './observe/logger.ts';
import { logMistake } from './observe/mistakes.ts';
import { ownerReferenceTo } from './resources/resource.ts';
import type { Services } from './resources/services.ts';
import type { Parsed } from './schema/parse.ts';
import { type SubresourceResult, settle } from './subresource.ts';

/** What an instance is made from. Pass it on to `super`. */
export type CustomResourceOptions<TSpec extends SpecSchema> = {
  readonly resource: Subject;
  readonly services: Services;
  readonly definition: Pick<CustomResourceDefinition<TSpec>, 'group' | 'version' | 'kind'>;
};

/**
 * The base class of every kind: one instance looks after one generation of one object. When the spec changes, a new
 * instance is made, so whatever the constructor derives from the spec is right.
 *
 * The constructor wires references and does no I/O. `reconcile` reads what is, compares, and writes differences; it may
 * run at any time and any number of times. Status, conditions and events are written once, after it.
 */
export abstract class CustomResource<TSpec extends SpecSchema> {
  readonly #subject: Subject;
  readonly services: Services;

  constructor(options: CustomResourceOptions<TSpec>) {
    this.#subject = options.resource;
    this.services = options.services;
  }

  /** Brings the world in line with the spec. */
  abstract reconcile: () => Promise<void>;

  /**
   * Removes what the object made outside the cluster, before the object goes. A kind that defines it gets a finalizer.
   * It is repeated until it returns.
   */
  finalize?: () => Promise<void>;

  get name(): string {
    return this.#subject.object.metadata.name;
  }

  /** The namespace; empty for a cluster-scoped object. */
  get namespace(): string {
    return this.#subject.object.metadata.namespace ?? '';
  }

  get metadata(): ObjectMeta {
    return this.#subject.object.metadata;
  }

  /** Always true while an instance runs: instances end with their object. */
  get exists(): boolean {
    return this.#subject.object.metadata.uid !== '';
  }

  /** The parsed spec: defaults are filled in. The controller parsed it with this kind's own schema. */
  get spec(): Parsed<TSpec> {
    return this.#subject.spec as Parsed<TSpec>;
  }

  /** The status as it was when the run began. */
  get status(): Status {
    return this.#subject.observedStatus;
  }

  /** The object as the cache has it. */
  get object(): KubeObject {
    return this.#subject.object;
  }

  /** The owner reference to put into children, so that they are deleted with this object. */
  get ref(): OwnerReference {
    return ownerReferenceTo(this.#subject.object);
  }

  get conditions(): Conditions {
    return this.#subject.conditions;
  }

  /** A logger whose lines name this object. */
  get log(): Logger {
    return this.#subject.logger;
  }

  /** Aborted when the run should end early. Pass it to whatever waits. */
  get signal(): AbortSignal {
    return this.#subject.signal;
  }

  /** What this run was asked for by: for logs and decisions about effort, never about what is to be done. */
  get causes(): readonly Cause[] {
    return this.#subject.causes;
  }

  /**
   * Asks for another run. Calls made before it starts become one run. As a listener it passes on what a reference tells
   * of its change; called without anything, all that is known is that the kind asked.
   */
  readonly queueReconcile = (cause?: Cause): void => this.#subject.enqueue(isCause(cause) ? cause : undefined);

  /** Asks for another run after a while, for what no watch can tell of. The earliest time asked for counts. */
  requeueAfter(delayMs: number): void {
    const planned = this.#subject.requeueAfterMs;
    this.#subject.requeueAfterMs = planned === undefined ? delayMs : Math.min(planned, delayMs);
  }

  /** Sets status fields of this kind's own. Never put a secret there. */
  report(fields: Readonly<Record<string, unknown>>): void {
    this.#subject.report(fields);
  }

  /** Tells in an event that something has happened. Changes of `Ready` are told by the framework. */
  record(event: EventInput): void {
    this.#subject.record(event);
  }

  /**
   * Runs the reconciliation of one part and keeps its condition. What it throws ends this part only.
   * @returns whether the part is ready.
   */
  async reconcileSubresource(name: string, reconcile: () => Promise<SubresourceResult>): Promise<boolean> {
    const { ready, reason, message, trouble } = await settle(name, reconcile, (error) => logMistake(this.log, error));
    if (trouble?.kind !== 'silent') {
      this.conditions.put(name, { status: ready ? 'True' : 'False', reason, message });
    }
    this.#subject.parts.push({ name, ready, trouble });
    return ready;
  }

  /**
   * Brings the components of this object in line, each when those it needs are ready, and deletes what no component
   * wants any more. `status.components` tells how each is doing, so the kind's status schema has `componentsStatus` in
   * it; `Ready` names the first one in trouble.
   * @returns how each fared, with its objects; components that are switched off are not in it.
   */
  async reconcileComponents<TInput>(
    components: readonly Component<TInput>[],
    input: TInput,
  ): Promise<readonly ComponentReport[]> {
    const { parts, status, reports } = await this.services.get(ComponentRunner).run(components, input, this);
    this.#subject.parts.push(...parts);
    this.report({ components: status });
    return reports;
  }

  /**
   * What a component has made, as it is before {@link reconcileComponents}: for a kind whose next step depends on how far
   * it is. Nothing when it is not there or somebody else's.
   */
  async findChild(ref: Omit<ObjectRef, 'namespace'>): Promise<KubeObject | undefined> {
    return await this.services.get(ComponentRunner).find({ ...ref, namespace: this.namespace }, this);
  }

  /**
   * Deletes what components have made, those first that need others, and waits until each is gone. For `finalize` of
   * kinds whose parts must end in order; without it the garbage collector deletes all of them at once.
   * @throws NotReadyError while something is still there.
   */
  async removeComponents<TInput>(components: readonly Component<TInput>[]): Promise<void> {
    await this.services.get(ComponentRunner).remove(components, this);
  }
}
