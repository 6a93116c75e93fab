import type { z } from 'zod';
import { type NamespacedName, parseNamespacedName } from '../../builders/namespaced-name.ts';
import { CredentialsError, type CredentialsSource, readCredentials } from '../../clients/postgres/credentials.ts';
import { isPostgresError, type PostgresErrorReason } from '../../clients/postgres/errors.ts';
import { identifierProblem } from '../../clients/postgres/identifiers.ts';
import type { PostgresServer } from '../../clients/postgres/server.ts';
import {
  InvalidSpecError,
  NotReadyError,
  type Resource,
  ResourceReference,
  ResourceService,
  type SecretReference,
  SecretService,
  type Services,
} from '../../framework/framework.ts';
import { GROUP } from '../group.ts';
import type { postgresConnectionSpecSchema } from '../postgres-connection/postgres-connection.schemas.ts';
import type { PostgresDatabaseSpec } from './postgres-database.create-manifests.ts';

/** What no retry mends: a name or a wish would have to change, or somebody would have to do something at the server. */
const FINAL: readonly PostgresErrorReason[] = ['InvalidName', 'UnsafeRole', 'ExtensionUnavailable'];

/** Tells errors that the spec would have to change for from those that pass. */
export function asSpecError(error: unknown): unknown {
  const isFinal = isPostgresError(error) && FINAL.includes(error.reason);
  return isFinal ? new InvalidSpecError(error.reason, error.message, { cause: error }) : error;
}

/** What is wrong with a spec that neither its schema nor the server it names can tell as well. */
export function specProblems(spec: PostgresDatabaseSpec): InvalidSpecError[] {
  const { connection, secretRef, database, role, extensions, schemas } = spec;
  const names = [
    ['database', database],
    ['role', role],
    ...extensions.map((name, index) => [`extensions[${index}]`, name]),
    ...schemas.map((name, index) => [`schemas[${index}]`, name]),
  ] as const;
  const misnamed = names.flatMap(([field, name]) => {
    const problem = name === undefined ? undefined : identifierProblem(name);
    return problem === undefined
      ? []
      : new InvalidSpecError('InvalidName', `spec.${field} ${problem}: choose another name`);
  });
  return connection === undefined && secretRef === undefined ? [noServerIn(spec), ...misnamed] : misnamed;
}

function noServerIn({ cluster, environment }: PostgresDatabaseSpec): InvalidSpecError {
  if (cluster === undefined && environment === undefined) {
    return new InvalidSpecError('MissingConnection', 'No server is named: set spec.connection or spec.secretRef');
  }
  const field = cluster === undefined ? 'environment' : 'cluster';
  const remedy = 'use spec.connection or spec.secretRef';
  return new InvalidSpecError('NotSupported', `spec.${field} is not supported yet: ${remedy}`);
}

/** A connection as the server gives it, before parsing. */
type Connection = { readonly spec: z.input<typeof postgresConnectionSpecSchema> };

type ServerReferenceOptions = {
  readonly services: Services;
  readonly spec: PostgresDatabaseSpec;
  readonly namespace: string;
  readonly onChange: () => void;
};

/**
 * Follows the spec to the administrator's login of a server: through a PostgresConnection to its Secret, or to a Secret
 * directly. Whatever changes on the way is told.
 */
export class ServerReference {
  readonly #options: ServerReferenceOptions;
  readonly #connection = new ResourceReference<Connection>();
  #secret: { readonly id: string; readonly reference: SecretReference } | undefined;

  constructor(options: ServerReferenceOptions) {
    this.#options = options;
    const { services, spec, namespace, onChange } = options;
    if (spec.connection !== undefined) {
      const apiVersion = `${GROUP}/v1`;
      const name = parseNamespacedName(spec.connection, namespace);
      const connection = { apiVersion, kind: 'PostgresConnection', ...name };
      this.#connection.current = services.get(ResourceService).get<Connection>(connection);
      this.#connection.on('changed', onChange);
    }
  }

  /**
   * The administrator's login.
   * @throws InvalidSpecError when the spec names no server that is supported; NotReadyError when a connection is missing;
   *   CredentialsError when the Secret is missing or not complete.
   */
  async resolve(): Promise<PostgresServer> {
    const { secret, sslMode } = this.#source();
    const id = `${secret.namespace}/${secret.name}`;
    const reference = this.#follow(id, secret);
    await reference.current?.synced;
    try {
      return readCredentials(await reference.current?.read(), { secret: id, sslMode });
    } catch (error) {
      // The reason by which the original told of it.
      throw error instanceof CredentialsError && error.reason === 'MissingSecret'
        ? new NotReadyError('MissingConnectionSecret', error.message)
        : error;
    }
  }

  #source(): { secret: NamespacedName; sslMode?: CredentialsSource['sslMode'] } {
    const { spec, namespace } = this.#options;
    if (this.#connection.current) {
      return this.#sourceOf(this.#connection.current);
    }
    if (spec.secretRef !== undefined) {
      return { secret: parseNamespacedName(spec.secretRef, namespace) };
    }
    throw noServerIn(spec);
  }

  #sourceOf({ name, namespace = '', spec }: Resource<Connection>) {
    if (!spec) {
      throw new NotReadyError('MissingConnection', `PostgresConnection ${namespace}/${name} does not exist`);
    }
    return { secret: parseNamespacedName(spec.secret, namespace), sslMode: spec.sslMode };
  }

  #follow(id: string, name: NamespacedName): SecretReference {
    if (this.#secret?.id !== id) {
      const { services, onChange } = this.#options;
      this.#secret?.reference.off('changed', onChange);
      this.#secret = { id, reference: services.get(SecretService).get(name).on('changed', onChange) };
    }
    return this.#secret.reference;
  }
}
