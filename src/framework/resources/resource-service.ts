import type { ObjectRef } from '../api/object.ts';
import type { InformerSelection } from '../cache/informer.ts';
import { Resource, type ResourceOptions, type ResourceShape, type WellKnownResource } from './resource.ts';
import type { Services } from './services.ts';

/** Gives handles on objects of any kind. */
export class ResourceService {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** A handle on an object, whether it exists or not. Its kind is watched from now on. */
  get<T extends ResourceShape = WellKnownResource>(ref: ObjectRef): Resource<T> {
    const resource = new Resource<T>(resourceOptions(this.#services, ref));
    this.#services.track(resource);
    return resource;
  }
}

/**
 * What a handle needs from the container.
 * @throws Error when the container belongs to no instance, so that nobody could own what is written.
 */
export function resourceOptions(
  { runtime, scope }: Services,
  ref: ObjectRef,
  selection: Partial<InformerSelection> = {},
): ResourceOptions {
  if (!scope) {
    throw new Error('Resources belong to an instance of a kind: ask the services that its constructor is given');
  }
  const { apiVersion, kind } = ref;
  const informer = runtime.informers.get({ apiVersion, kind, ...defaultProjection(kind), ...selection });
  return { ref, informer, gateway: runtime.gateway, news: runtime.news, ...scope };
}

/** Secrets of the whole cluster are never held: their metadata tells when to read one. */
function defaultProjection(kind: string): Partial<InformerSelection> {
  return kind === 'Secret' ? { projection: 'metadata' } : {};
}
