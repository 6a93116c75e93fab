import type { KubeConfig } from '@kubernetes/client-node';
import { collectionPath, Discovery, objectPath, type ResourceType } from '../api/discovery.ts';
import { describeRef, type KubeObject, keyFor, keyOf, type Manifest, type ObjectRef, refOf } from '../api/object.ts';
import { PlanGateway, type PlannedWrite } from '../api/plan-gateway.ts';
import { ReadOnlyTransport } from '../api/read-only-transport.ts';
import { Informers } from '../cache/informers.ts';
import { Controller, FINALIZER } from '../controller/controller.ts';
import type { AnyDefinition } from '../definition.ts';
import { Journal } from '../observe/journal.ts';
import type { Logger } from '../observe/logger.ts';
import { WorkQueue } from '../queue/queue.ts';
import { type Runtime, Services } from '../resources/services.ts';
import { WriteNews } from '../resources/write-news.ts';
import { doneWithin } from './deadline.ts';

export type PlanOptions = {
  readonly kubeConfig: KubeConfig;
  readonly definitions: readonly AnyDefinition[];
  readonly logger: Logger;
  /** The namespaces to look after; all of them when empty. */
  readonly namespaces: readonly string[];
  /** Objects as they are to be, laid over those that are there; only they are planned. All objects are when left out. */
  readonly manifests?: readonly Manifest[];
};

/** What one object would lead to. */
export type PlannedObject = {
  readonly ref: ObjectRef;
  readonly writes: readonly PlannedWrite[];
  /** Changes outside the cluster, in words. */
  readonly external: readonly string[];
  readonly unknown: readonly string[];
  /** How the run would end; `success`, or what kind of trouble it met. */
  readonly result: string;
  /** What `Ready` would say. */
  readonly reason: string;
  readonly message: string;
};

type Notes = { writes: PlannedWrite[]; external: string[]; unknown: string[]; result: string };

/** How long the caches may take to fill; a kind that may not be listed never arrives. */
const SYNC_DEADLINE_MS = 60_000;

/** Newer than everything: what is laid over an object stays on top of it. */
const OVERLAID = '9'.repeat(18);

/**
 * Runs the kinds once over objects without changing anything, neither in the cluster nor outside.
 * @throws ApiError and TransportError when objects cannot be read; Error when a cache does not fill.
 */
export async function planObjects(options: PlanOptions): Promise<readonly PlannedObject[]> {
  const planner = new Planner(options);
  try {
    return await planner.plan();
  } finally {
    await planner.close();
  }
}

class Planner {
  readonly #options: PlanOptions;
  readonly #runtime: Runtime;
  readonly #services: Services;
  readonly #journal = new Journal();
  #notes: Notes = emptyNotes();

  constructor(options: PlanOptions) {
    this.#options = options;
    const { kubeConfig, logger, namespaces } = options;
    const transport = new ReadOnlyTransport(kubeConfig, { userAgent: 'hearth-plan' });
    const discovery = new Discovery(transport);
    const informers = new Informers({ discovery, transport, logger, namespaces });
    const record = (write: PlannedWrite) => void this.#notes.writes.push(write);
    const gateway = new PlanGateway({ transport, discovery, record, onWrite: () => undefined });
    const plan = {
      would: (change: string) => void this.#notes.external.push(change),
      cannotTell: (what: string) => void this.#notes.unknown.push(what),
    };
    const news = new WriteNews();
    this.#runtime = { transport, discovery, informers, gateway, news, logger, namespaces, recheckMs: 0, plan };
    this.#services = new Services(this.#runtime);
  }

  /** One after the other, so that it is plain which object a write belongs to. */
  async plan(): Promise<readonly PlannedObject[]> {
    const { definitions, manifests } = this.#options;
    await Promise.all(definitions.map((definition) => this.#fill(definition)));
    const overlays = manifests && (await this.#overlay(manifests));
    const planned: PlannedObject[] = [];
    for (const definition of definitions) {
      const held = this.#informer(definition)
        .values()
        .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      for (const object of held.filter((each) => !overlays || overlays.has(each))) {
        planned.push(await this.#run(definition, object));
      }
    }
    return planned;
  }

  async close(): Promise<void> {
    await this.#runtime.informers.stop();
    this.#runtime.transport.close();
  }

  #informer({ group, version, kind }: AnyDefinition) {
    return this.#runtime.informers.get({ apiVersion: `${group}/${version}`, kind });
  }

  /** Asks once itself, because the cache would ask for ever and tell only the log why it gets no answer. */
  async #fill(definition: AnyDefinition): Promise<void> {
    const type = typeOf(definition);
    this.#runtime.discovery.register(type);
    const [namespace] = this.#options.namespaces;
    await this.#runtime.transport.request({ path: collectionPath(type, namespace), query: { limit: 1 } });
    await within(this.#informer(definition).synced, `${type.kind} could not be listed`);
  }

  /** Puts the objects of manifests into the cache as the server would make them, defaults included. */
  async #overlay(manifests: readonly Manifest[]): Promise<ReadonlySet<KubeObject>> {
    const objects = new Set<KubeObject>();
    for (const manifest of manifests) {
      const object = await this.#replaced(manifest);
      const overlaid = { ...object, metadata: { ...object.metadata, resourceVersion: OVERLAID } };
      this.#runtime.informers.observeWrite(overlaid);
      const { apiVersion, kind } = manifest;
      const held = this.#runtime.informers.get({ apiVersion, kind }).get(keyOf(overlaid));
      if (held) {
        objects.add(held);
      }
    }
    return objects;
  }

  /** The object with the spec of the manifest, as the server would keep it; its rules about changes are asked too. */
  async #replaced(manifest: Manifest): Promise<KubeObject> {
    const { transport, discovery, informers } = this.#runtime;
    const { apiVersion, kind, metadata } = manifest;
    const live = informers.get({ apiVersion, kind }).get(keyFor(metadata.name, metadata.namespace));
    const type = await discovery.resolve(manifest);
    const path = live ? objectPath(type, metadata) : collectionPath(type, metadata.namespace);
    const { managedFields: _managedFields, ...held } = live?.metadata ?? {};
    const body = { ...manifest, metadata: { ...held, ...metadata }, ...(live?.status ? { status: live.status } : {}) };
    const query = { fieldManager: 'hearth-plan', dryRun: 'All' };
    return await transport.request<KubeObject>({ method: live ? 'PUT' : 'POST', path, body, query });
  }

  async #run(definition: AnyDefinition, object: KubeObject): Promise<PlannedObject> {
    this.#notes = emptyNotes();
    const controller = this.#controllerOf(definition);
    if (object.metadata.deletionTimestamp) {
      this.#notes.unknown.push('what its deletion would clean up');
    } else {
      await within(controller.reconcile(keyOf(object), object), `The run of ${describeRef(refOf(object))} did not end`);
    }
    controller.stop();
    const { writes, ...notes } = this.#notes;
    const status = writes.findLast(({ subresource }) => subresource === 'status')?.after ?? object;
    const { reason = '', message = '' } = readyOf(status) ?? {};
    const changes = writes.filter(({ subresource }) => subresource === '');
    return { ref: refOf(object), writes: changes, ...notes, reason, message };
  }

  #controllerOf(definition: AnyDefinition): Controller {
    return new Controller({
      definition,
      services: this.#services,
      queue: new WorkQueue({ concurrency: 1, onCrash: () => undefined }),
      recorder: { record: () => undefined },
      observe: {
        ran: ({ outcome }) => {
          this.#notes.result = outcome;
        },
        looped: () => undefined,
      },
      journal: this.#journal,
      signal: AbortSignal.timeout(SYNC_DEADLINE_MS),
      handleFinalizer: (object) => this.#planFinalizer(object),
    });
  }

  /** An object that is not there yet has nothing that a finalizer could be added to. */
  async #planFinalizer(object: KubeObject): Promise<KubeObject> {
    const { finalizers = [], resourceVersion } = object.metadata;
    if (!finalizers.includes(FINALIZER) && resourceVersion !== OVERLAID) {
      await this.#runtime.gateway.replaceFinalizers(refOf(object), finalizers, [...finalizers, FINALIZER]);
    }
    return object;
  }
}

function emptyNotes(): Notes {
  return { writes: [], external: [], unknown: [], result: 'success' };
}

function typeOf({ group, version, kind, names, scope }: AnyDefinition): ResourceType {
  return { group, version, kind, plural: names.plural, namespaced: scope !== 'Cluster' };
}

type Told = { readonly type: string; readonly reason?: string; readonly message?: string };

function readyOf({ status }: KubeObject): Told | undefined {
  const { conditions = [] } = (status ?? {}) as { readonly conditions?: readonly Told[] };
  return conditions.find(({ type }) => type === 'Ready');
}

async function within(work: Promise<unknown>, otherwise: string): Promise<void> {
  if (!(await doneWithin(SYNC_DEADLINE_MS, work))) {
    throw new Error(`${otherwise} within ${SYNC_DEADLINE_MS / 1000} s: see the log for the reason`);
  }
}
