import { type OutgoingWrite, WriteGateway } from './apply.ts';
import { isConflict, isNotFound } from './errors.ts';
import { type FieldConflict, fieldConflictsOf } from './field-conflict.ts';
import { type KubeObject, type ObjectRef, refOf } from './object.ts';
import type { ApiRequest } from './transport.ts';

/** A write that was not made: the server says what it would have come to. */
export type PlannedWrite = {
  readonly ref: ObjectRef;
  readonly subresource: OutgoingWrite['subresource'];
  /** The object as it is; `undefined` when it would be created. */
  readonly before: KubeObject | undefined;
  /** `undefined` when it would be deleted. */
  readonly after: KubeObject | undefined;
  /** The fields that would be taken from others. */
  readonly takes: readonly FieldConflict[];
};

export type PlanGatewayOptions = ConstructorParameters<typeof WriteGateway>[0] & {
  readonly record: (write: PlannedWrite) => void;
};

/**
 * The gateway of a plan: it decides as the other one does, and asks the server what each write would come to, admission and
 * validation included. Nothing is written, and the caches do not hear of it, so a plan sees the world as it is.
 */
export class PlanGateway extends WriteGateway {
  readonly #record: (write: PlannedWrite) => void;
  readonly #conflicts = new Map<string, readonly FieldConflict[]>();

  constructor({ record, ...options }: PlanGatewayOptions) {
    super(options);
    this.#record = record;
  }

  protected override async send({ ref, path, subresource, request }: OutgoingWrite): Promise<KubeObject> {
    const { transport } = this.options;
    const { signal } = request;
    const query = { ...request.query, dryRun: 'All' };
    if (subresource === 'status') {
      return await this.#planStatus({ ref, path, subresource, request });
    }
    try {
      const after = await transport.request<KubeObject>({ ...request, path, query });
      // The cache keeps the record of our own fields only, and of a Secret nothing but metadata.
      const before = await transport.request<KubeObject>({ path, signal }).catch(undefinedIfMissing);
      this.#record({ ref, subresource, before, after, takes: this.#conflicts.get(path) ?? [] });
      return after;
    } catch (error) {
      this.#conflicts.set(path, fieldConflictsOf(error));
      throw error;
    }
  }

  protected override async sendDeletion(object: KubeObject, request: ApiRequest): Promise<void> {
    await this.options.transport.request({ ...request, query: { dryRun: 'All' } });
    this.#record({ ref: refOf(object), subresource: '', before: object, after: undefined, takes: [] });
  }

  /** The status of an object that is not there yet cannot be asked about; it is what it is. */
  async #planStatus({ ref, path, subresource, request }: OutgoingWrite): Promise<KubeObject> {
    const wanted = request.body as KubeObject; // made by applyStatus
    const query = { ...request.query, dryRun: 'All' };
    const after = await this.options.transport
      .request<KubeObject>({ ...request, path, query })
      .catch((error: unknown) => {
        if (isNotFound(error) || isConflict(error)) {
          return wanted;
        }
        throw error;
      });
    this.#record({ ref, subresource, before: undefined, after, takes: [] });
    return after;
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isNotFound(error)) {
    throw error;
  }
}
