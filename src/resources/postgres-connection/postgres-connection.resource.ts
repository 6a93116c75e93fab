import { parseNamespacedName } from '../../builders/namespaced-name.ts';
import { checkLogin } from '../../clients/postgres/connect.ts';
import { readCredentials } from '../../clients/postgres/credentials.ts';
import { addressOf } from '../../clients/postgres/server.ts';
import {
  CustomResource,
  type CustomResourceOptions,
  type SecretReference,
  SecretService,
  type SubresourceResult,
} from '../../framework/framework.ts';
import { withSource } from './postgres-connection.input.ts';
import type { postgresConnectionSpecSchema } from './postgres-connection.schemas.ts';

/** Ready while a login with the Secret's credentials succeeds. Makes nothing. */
export class PostgresConnectionResource extends CustomResource<typeof postgresConnectionSpecSchema> {
  readonly #secret: SecretReference;

  constructor(options: CustomResourceOptions<typeof postgresConnectionSpecSchema>) {
    super(options);
    const name = parseNamespacedName(this.spec.secret, this.namespace);
    this.#secret = this.services.get(SecretService).get(name);
    this.#secret.on('changed', this.queueReconcile);
  }

  reconcile = async (): Promise<void> => {
    await this.reconcileSubresource('Ready', this.#logIn);
  };

  #logIn = async (): Promise<SubresourceResult> => {
    const { sslMode } = this.spec;
    const { namespace, name } = parseNamespacedName(this.spec.secret, this.namespace);
    const source = { secret: `${namespace}/${name}`, sslMode };
    const server = readCredentials(await this.#secret.current?.read(), source);
    this.report({ host: addressOf(server) });
    const { version } = await checkLogin(server, { signal: this.signal }).catch((error: unknown) => {
      throw withSource(error, source);
    });
    this.report({ serverVersion: versionText(version) });
    this.requeueAfter(this.services.runtime.recheckMs);
    return { ready: true, reason: 'Connected', message: `User "${server.user}" can log in at ${addressOf(server)}` };
  };
}

/** 170004 is 17.4: since PostgreSQL 10 the last four digits are the minor version. */
function versionText(version: number): string {
  return `${Math.trunc(version / 10_000)}.${version % 10_000}`;
}
