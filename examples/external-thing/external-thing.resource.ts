import { readCredentials } from '../../src/clients/postgres/credentials.ts';
import { addressOf, type PostgresServer } from '../../src/clients/postgres/server.ts';
import {
  ClusterIdentity,
  CustomResource,
  type CustomResourceOptions,
  InvalidSpecError,
  type SecretReference,
  SecretService,
  type SubresourceResult,
} from '../../src/framework/framework.ts';
import type { externalThingSpecSchema } from './external-thing.schemas.ts';
import { ensureRow, removeRow } from './row.ts';

/** Ready while the row says what the spec says. */
export class ExternalThingResource extends CustomResource<typeof externalThingSpecSchema> {
  readonly #login: SecretReference;

  constructor(options: CustomResourceOptions<typeof externalThingSpecSchema>) {
    super(options);
    const { namespace, spec, services } = this;
    this.#login = services.get(SecretService).get({ name: spec.server, namespace });
    this.#login.on('changed', this.queueReconcile);
  }

  reconcile = async (): Promise<void> => {
    await this.reconcileSubresource('Row', this.#keepRow);
  };

  /** Before the object goes. It is repeated until it returns, so a row that is gone already is fine. */
  override finalize = async (): Promise<void> => {
    const row = { key: this.spec.key, owner: await this.#owner() };
    await removeRow(await this.#server(), row, { signal: this.signal });
  };

  #keepRow = async (): Promise<SubresourceResult> => {
    const { key, value } = this.spec;
    const { plan, recheckMs } = this.services.runtime;
    const server = await this.#server();
    const place = `row ${key} at ${addressOf(server)}`;
    this.requeueAfter(recheckMs); // nobody tells us of a change in there, so we look again
    if (plan) {
      plan.would(`PostgreSQL: keep ${place}`);
      return { ready: true };
    }
    const change = await ensureRow(server, { key, value, owner: await this.#owner() }, { signal: this.signal });
    if (typeof change === 'object') {
      throw new InvalidSpecError(
        'TakenByAnother',
        `The ${place} belongs to ${change.takenBy}: choose another spec.key`,
      );
    }
    if (change === 'updated') {
      this.record({ type: 'Normal', reason: 'Corrected', note: `The ${place} said something else` });
    }
    this.report({ row: key });
    return { ready: true, reason: 'Kept', message: `The ${place} says what the spec says` };
  };

  async #server(): Promise<PostgresServer> {
    const secret = `${this.namespace}/${this.spec.server}`;
    return readCredentials(await this.#login.current?.read(), { secret });
  }

  /** By name and not by UID: the same object made again gets its row back. */
  async #owner(): Promise<string> {
    return `${await this.services.get(ClusterIdentity).uid()}/${this.namespace}/${this.name}`;
  }
}
