import type { KubeObject, Manifest, ObjectRef } from '../api/object.ts';
import { OwnershipError } from '../api/ownership.ts';
import type { PartResult } from '../conditions/summary.ts';
import { logMistake } from '../observe/mistakes.ts';
import type { Services } from '../resources/services.ts';
import { type SubresourceResult, settle } from '../subresource.ts';
import { ApiMissingError, ChildWriter } from './child-writer.ts';
import {
  type Component,
  type ComponentKind,
  type ComponentReport,
  type ComponentStatus,
  kindsOf,
} from './component.ts';
import { byUrgency, reportOf, resultOf, standardOf, statusOf, waitsFor } from './component-result.ts';
import type { ComponentSubject } from './component-subject.ts';
import { controllerOf, OwnedObjects } from './owned-objects.ts';
import { prune, removeInOrder } from './removal.ts';
import { rolloutOrder } from './rollout-order.ts';
import { leftovers, type Wanted, wantedBy } from './wanted.ts';

/** How the components of an object are doing: for the summary, for `status.components`, and for the kind itself. */
export type ComponentsResult = {
  readonly parts: readonly PartResult[];
  readonly status: readonly ComponentStatus[];
  readonly reports: readonly ComponentReport[];
};

/** Brings the components of one object in line. One per instance of a kind; it listens for as long as that lives. */
export class ComponentRunner {
  readonly #services: Services;
  readonly #owned: OwnedObjects;
  readonly #writer: ChildWriter;
  /** What it listens to, by what it is. */
  readonly #listening = new Map<string, () => void>();

  constructor(services: Services) {
    this.#services = services;
    this.#owned = services.get(OwnedObjects);
    this.#writer = services.get(ChildWriter);
    const dispose = () => [...this.#listening.values()].map((end) => end());
    services.track({ synced: Promise.resolve(), dispose });
  }

  /** One run over all components: none hides how the others are doing. */
  async run<TInput>(
    components: readonly Component<TInput>[],
    input: TInput,
    subject: ComponentSubject,
  ): Promise<ComponentsResult> {
    const order = rolloutOrder(components);
    this.#listen(components, subject);
    const wanted = new Map(order.map((component) => [component, wantedBy(component, input)]));
    const running = new Map<Component<TInput>, Promise<Fared>>();
    for (const [component, want] of wanted) {
      const needs = (component.needs ?? []).map((need) => running.get(need));
      running.set(component, this.#runOne({ want, needs, input, subject }));
    }
    const fared = await Promise.all(
      components.filter((each) => wanted.get(each)?.state !== 'off').flatMap((each) => running.get(each) ?? []),
    );
    const results = fared.map(({ part }) => part);
    const pruned = await settle(
      'prune',
      () => this.#prune(components, [...wanted.values()], subject),
      (error) => logMistake(subject.log, error),
    );
    return {
      parts: [...byUrgency(results), ...(pruned.ready ? [] : [pruned])],
      status: results.map(statusOf),
      reports: fared.map(({ part, objects }) => reportOf(part, objects)),
    };
  }

  /** An object of a component as it is, or as an earlier operator left it; nothing when it is somebody else's. */
  async find(ref: ObjectRef, { object }: ComponentSubject): Promise<KubeObject | undefined> {
    await this.#owned.kind(ref).ready();
    const found = await this.#writer.look(ref);
    return controllerOf(found) === object.metadata.uid ? found : undefined;
  }

  /** Deletes everything, those first that need others. @throws NotReadyError until it is gone. */
  async remove<TInput>(components: readonly Component<TInput>[], subject: ComponentSubject): Promise<void> {
    this.#listen(components, subject);
    const kinds = await Promise.all(kindsOf(components).map((kind) => this.#objects(kind, subject)));
    await removeInOrder(this.#services, kinds.flat(), components);
  }

  /** Any change of what the object controls asks for another run. */
  #listen<TInput>(components: readonly Component<TInput>[], subject: ComponentSubject): void {
    for (const kind of kindsOf(components)) {
      const id = `${kind.apiVersion} ${kind.kind}`;
      if (!this.#listening.has(id)) {
        const { uid } = subject.object.metadata;
        this.#listening.set(
          id,
          this.#owned.kind(kind).subscribe(uid, (cause) => subject.queueReconcile(cause)),
        );
      }
    }
  }

  async #runOne<TInput>({ want, needs, input, subject }: One<TInput>): Promise<Fared> {
    const { component } = want;
    let objects: readonly KubeObject[] = [];
    const onError = (error: unknown) => logMistake(subject.log, error);
    const part = await settle(
      component.name,
      async () => {
        if (want.state === 'off') {
          return { ready: true };
        }
        const waitedFor = (await Promise.all(needs)).flatMap((need) =>
          need && !need.part.ready ? need.part.name : [],
        );
        if (want.state === 'broken') {
          throw want.error;
        }
        if (waitedFor.length > 0) {
          return waitsFor(waitedFor);
        }
        objects = await this.#writeAll(component, want.manifests, subject);
        return resultOf(component.ready ? component.ready(objects, input) : standardOf(component, objects));
      },
      onError,
    );
    return { part, objects };
  }

  /** One after the other, as the author listed them; one that fails stops none. @throws what went wrong first. */
  async #writeAll<TInput>(
    component: Component<TInput>,
    manifests: readonly Manifest[],
    subject: ComponentSubject,
  ): Promise<KubeObject[]> {
    const objects: KubeObject[] = [];
    const errors: unknown[] = [];
    for (const manifest of manifests) {
      try {
        await this.#owned.kind(manifest).ready();
        objects.push(await this.#writer.write({ manifest, component }, subject));
      } catch (error) {
        errors.push(error);
        this.#comeBackAfter(error, subject);
      }
    }
    if (errors.length > 0) {
      throw errors[0];
    }
    return objects;
  }

  /** Of some obstacles no change of an object tells that they are gone. */
  #comeBackAfter(error: unknown, subject: ComponentSubject): void {
    if (error instanceof ApiMissingError) {
      const id = `arrival of ${error.kind.apiVersion} ${error.kind.kind}`;
      this.#listening.get(id)?.();
      const end = this.#owned.kind(error.kind).subscribeServed(() => subject.queueReconcile());
      this.#listening.set(id, end);
    }
    if (error instanceof ApiMissingError || error instanceof OwnershipError) {
      subject.requeueAfter(this.#services.runtime.recheckMs);
    }
  }

  async #prune<TInput>(
    components: readonly Component<TInput>[],
    wanted: readonly Wanted<TInput>[],
    subject: ComponentSubject,
  ): Promise<SubresourceResult> {
    const kinds = kindsOf(components).map((kind) => this.#owned.kind(kind).of(subject.object.metadata.uid));
    await prune(this.#services, leftovers(kinds.flat(), wanted), subject);
    return { ready: true };
  }

  async #objects(kind: ComponentKind, subject: ComponentSubject): Promise<KubeObject[]> {
    await this.#owned.kind(kind).ready();
    return this.#owned.kind(kind).of(subject.object.metadata.uid);
  }
}

type Fared = { readonly part: PartResult; readonly objects: readonly KubeObject[] };

type One<TInput> = {
  readonly want: Wanted<TInput>;
  readonly needs: readonly (Promise<Fared> | undefined)[];
  readonly input: TInput;
  readonly subject: ComponentSubject;
};
