import type { ObjectRef } from '../api/object.ts';
import type { FieldProjection, Projection } from '../cache/projection.ts';
import { Resource, type ResourceOptions, type WellKnownResource } from './resource.ts';
import type { Services } from './services.ts';

/** Gives handles on objects of any kind. */
export class ResourceService {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * A handle on an object, whether it exists or not; `T` has the fields of its kind that the caller reads, such as `data`
   * of a ConfigMap. Its kind is watched as long as the handle lives. With a projection only those fields are held, and
   * only they can be read.
   */
  get<T extends object = WellKnownResource>(ref: ObjectRef): Resource<T>;
  get<T extends object>(ref: ObjectRef, options: { readonly projection: FieldProjection<T> }): Resource<T>;
  get(ref: ObjectRef, options: { readonly projection: 'metadata' }): Resource<MetadataOnly>;
  get(ref: ObjectRef, options: { readonly projection?: Projection } = {}): Resource<object> {
    const resource = new Resource(resourceOptions(this.#services, ref, options.projection));
    this.#services.track(resource);
    return resource;
  }
}

/** The shape of what is held as metadata: there is nothing else to read. */
export type MetadataOnly = { readonly spec?: undefined; readonly status?: undefined };

/**
 * What a handle needs from the container.
 * @throws Error when the container belongs to no instance, so that nobody could own what is written.
 */
export function resourceOptions(
  { runtime, scope }: Services,
  ref: ObjectRef,
  projection: Projection = defaultProjection(ref.kind),
): ResourceOptions {
  if (!scope) {
    throw new Error('Resources belong to an instance of a kind: ask the services that its constructor is given');
  }
  const { apiVersion, kind } = ref;
  const lease = runtime.informers.acquire({ apiVersion, kind, projection });
  return { ref, ...lease, gateway: runtime.gateway, news: runtime.news, ...scope };
}

/** Secrets of the whole cluster are never held: their metadata tells when to read one. */
function defaultProjection(kind: string): Projection {
  return kind === 'Secret' ? 'metadata' : 'full';
}
