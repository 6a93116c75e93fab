import type { OperatorLogger, ResourceEvent, ResourceMeta } from '@dot-i/k8s-operator';
import type { KubeConfig } from '@kubernetes/client-node';
import { collectionPath, type ResourceType } from '../api/discovery.ts';
import {
  describeRef,
  joinApiVersion,
  type KubeObject,
  keyFor,
  type ObjectKey,
  type ObjectRef,
  refOf,
} from '../api/object.ts';
import type { Logger } from '../observe/logger.ts';
import type { Runtime } from '../resources/services.ts';
import { sdk } from './sdk.ts';

/** Handles one event of a watched kind. */
export type EventHandler = (event: ResourceEvent) => Promise<void>;

/** A kind as the SDK names it. */
export type WatchedKind = { readonly group: string; readonly version: string; readonly plural: string };

/**
 * The SDK's `Operator` with every contact with the API server replaced by ours. What stays the SDK's: the life cycle
 * (`start` calls `init`), the event vocabulary and the finalizer state machine `handleResourceFinalizer`.
 *
 * The SDK's own methods cannot be used with a current client: its watch loop ends the process when a connection breaks,
 * and its writes go to `undefined/apis/…` and swallow errors.
 */
export abstract class SdkOperator extends sdk.default {
  readonly #runtime: Runtime;

  constructor({ kubeConfig, logger, runtime }: { kubeConfig: KubeConfig; logger: Logger; runtime: Runtime }) {
    super(sdkLogger(logger));
    this.kubeConfig = kubeConfig;
    this.#runtime = runtime;
  }

  /** Declares a watch; nothing is sent before the start. */
  protected abstract declareWatch(kind: WatchedKind, onEvent: EventHandler): void;

  /** The object as the cache has it. */
  protected abstract lookUp(ref: ObjectRef): KubeObject | undefined;

  protected override async watchResource(
    group: string,
    version: string,
    plural: string,
    onEvent: EventHandler,
  ): Promise<void> {
    this.declareWatch({ group, version, plural }, onEvent);
  }

  protected override getCustomResourceApiUri(
    group: string,
    version: string,
    plural: string,
    namespace?: string,
  ): string {
    const type = { group, version, plural, kind: '', namespaced: namespace !== undefined };
    return this.#runtime.transport.server + collectionPath(type, namespace);
  }

  protected override async setResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    const applied = await this.#runtime.gateway.applyStatus(this.#cached(meta), status);
    return { ...meta, resourceVersion: applied.metadata.resourceVersion };
  }

  protected override async patchResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    const { status: current } = this.#cached(meta);
    return await this.setResourceStatus(meta, { ...asFields(current), ...asFields(status) });
  }

  /** @throws ApiError when the finalizers are not those in the cache any more: nobody else's is ever dropped. */
  protected override async setResourceFinalizers(meta: ResourceMeta, finalizers: string[]): Promise<void> {
    const object = this.#cached(meta);
    await this.#runtime.gateway.replaceFinalizers(refOf(object), object.metadata.finalizers ?? [], finalizers);
  }

  protected override async registerCustomResourceDefinition(): Promise<never> {
    throw new Error('CRDs are generated from the definitions and installed with the manifests, not by the operator');
  }

  #cached(meta: ResourceMeta): KubeObject {
    const object = this.lookUp(meta);
    if (!object) {
      throw new Error(`${describeRef(meta)} is not in the cache`);
    }
    return object;
  }
}

/** The SDK's event for an object that exists. */
export function resourceEvent(plural: string, object: KubeObject): ResourceEvent {
  // The SDK's types have Dates where JSON has strings; neither the SDK nor we read them through these types.
  const shared = object as unknown as ResourceEvent['object'];
  const meta = sdk.ResourceMetaImpl.createWithPlural(plural, shared);
  return { meta, type: sdk.ResourceEventType.Modified, object: shared };
}

/** The SDK's event for an object that is gone. */
export function deletionEvent({ group, version, kind, plural }: ResourceType, key: ObjectKey): ResourceEvent {
  const slash = key.indexOf('/');
  const namespace = slash === -1 ? {} : { namespace: key.slice(0, slash) };
  const apiVersion = joinApiVersion(group, version);
  const id = `${plural}.${group}/${key}`;
  const meta = { id, name: key.slice(slash + 1), ...namespace, apiVersion, kind, resourceVersion: '' };
  return { meta, type: sdk.ResourceEventType.Deleted, object: { apiVersion, kind } };
}

/** Takes out of an event what {@link resourceEvent} put in; nothing for a deletion. */
export function objectIn(event: ResourceEvent): KubeObject | undefined {
  return event.type === sdk.ResourceEventType.Deleted ? undefined : (event.object as unknown as KubeObject);
}

/** The key of the object that an event is about. */
export function keyIn({ meta }: ResourceEvent): ObjectKey {
  return keyFor(meta.name, meta.namespace);
}

function asFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function sdkLogger(logger: Logger): OperatorLogger {
  return {
    debug: (message) => void logger.debug(message),
    info: (message) => void logger.info(message),
    warn: (message) => void logger.warn(message),
    error: (message) => void logger.error(message),
  };
}
