import { randomBytes } from 'node:crypto';
import { type Change, describeChange, describePlannedChange } from '../../clients/postgres/change.ts';
import { checkLogin } from '../../clients/postgres/connect.ts';
import { dropDatabase, releaseDatabase } from '../../clients/postgres/drop.ts';
import type { Claimant } from '../../clients/postgres/ownership.ts';
import { provisionDatabase } from '../../clients/postgres/provision.ts';
import { isUsablePassword } from '../../clients/postgres/scram.ts';
import { addressOf, type PostgresServer } from '../../clients/postgres/server.ts';
import {
  ClusterIdentity,
  CustomResource,
  type CustomResourceOptions,
  messageOf,
  rotationOf,
  type SecretReference,
  SecretService,
  type SubresourceResult,
} from '../../framework/framework.ts';
import { createSecretData, type Login, loginTo, type Names, namesOf } from './postgres-database.create-manifests.ts';
import { asSpecError, ServerReference } from './postgres-database.input.ts';
import type { postgresDatabaseSpecSchema } from './postgres-database.schemas.ts';

/** A database, the role that owns it, and a Secret with the role's login. Ready while that login succeeds. */
export class PostgresDatabaseResource extends CustomResource<typeof postgresDatabaseSpecSchema> {
  readonly #names: Names;
  readonly #server: ServerReference;
  readonly #secret: SecretReference;

  constructor(options: CustomResourceOptions<typeof postgresDatabaseSpecSchema>) {
    super(options);
    const { spec, namespace, name, services, queueReconcile } = this;
    const { secretName } = this.status;
    this.#names = namesOf(spec, {
      namespace,
      name,
      secretName: typeof secretName === 'string' ? secretName : undefined,
    });
    this.#server = new ServerReference({ services, spec, namespace, onChange: queueReconcile });
    this.#secret = services.get(SecretService).get({ name: this.#names.secretName, namespace });
    this.#secret.on('changed', queueReconcile);
  }

  reconcile = async (): Promise<void> => {
    const { database, role, secretName } = this.#names;
    this.report({ database, role, secretName });
    const server = this.#server.resolve();
    const login = server.then((each) => this.#ensureSecret(each));
    await this.reconcileSubresource('Secret', async () => {
      await login;
      return { ready: true, reason: 'Written', message: `Secret ${secretName} holds the login` };
    });
    await this.reconcileSubresource('Database', async () => await this.#reconcileDatabase(await server, await login));
  };

  override finalize = async (): Promise<void> => {
    if (!this.#secret.current?.exists && this.status['host'] === undefined) {
      return; // the Secret comes before all else, so nothing was made
    }
    if (this.spec.deletionPolicy === 'Retain') {
      await this.#release();
      return;
    }
    const request = { ...this.#names, claimant: await this.#claimant() };
    const { changes, kept } = await dropDatabase(await this.#server.resolve(), request, { signal: this.signal });
    this.#tell(changes);
    for (const note of kept) {
      this.record({ type: 'Warning', reason: 'LeftAlone', note });
    }
  };

  /** The password is made before anything that it is for, and stays whatever happens to the rest. */
  async #ensureSecret(server: PostgresServer): Promise<Login> {
    const secret = this.#secret.current;
    const current = await secret?.read();
    const rotation = rotationOf(this.metadata, secret?.metadata);
    const kept = rotation.isDue ? undefined : current?.['password'];
    const password = kept && isUsablePassword(kept) ? kept : randomBytes(32).toString('hex');
    const login = loginTo(server, { ...this.#names, password });
    const ownership = this.spec.deletionPolicy === 'Delete' ? { ownerReferences: [this.ref] } : {};
    const content = { data: createSecretData(login), annotations: rotation.mark, ...ownership };
    const result = await secret?.write(content, { adopt: this.spec.adopt });
    if (rotation.isDue && result === 'updated') {
      this.record({
        type: 'Normal',
        reason: 'RotatedPassword',
        note: `Put a new password into Secret ${this.#names.secretName}`,
      });
    }
    return login;
  }

  async #reconcileDatabase(server: PostgresServer, login: Login): Promise<SubresourceResult> {
    const { extensions, schemas, adopt } = this.spec;
    this.report({ host: addressOf(server) });
    const request = {
      ...this.#names,
      password: login.password,
      claimant: await this.#claimant(),
      adopt,
      extensions,
      schemas,
    };
    this.requeueAfter(this.services.runtime.recheckMs); // what is on the server may change without a word
    const { plan } = this.services.runtime;
    const options = { signal: this.signal, dryRun: plan !== undefined };
    const changes = await provisionDatabase(server, request, options).catch((error: unknown) => {
      throw asSpecError(error);
    });
    if (plan && changes.length > 0) {
      for (const change of changes) {
        plan.would(`PostgreSQL at ${addressOf(server)}: ${describePlannedChange(change)}`);
      }
      plan.cannotTell('whether the login works');
      return { ready: true };
    }
    this.#tell(changes);
    await checkLogin(login, { signal: this.signal });
    const { role, database } = this.#names;
    return { ready: true, reason: 'LoginWorks', message: `Role "${role}" can log in to database "${database}"` };
  }

  /** The record that the server keeps only tells others; a server that is gone must not hold up the deletion. */
  async #release(): Promise<void> {
    try {
      const request = { ...this.#names, claimant: await this.#claimant() };
      const { changes } = await releaseDatabase(await this.#server.resolve(), request, { signal: this.signal });
      this.#tell(changes);
    } catch (error) {
      const note = `Database and role stay, still marked as held by this object: ${messageOf(error)}`;
      this.record({ type: 'Warning', reason: 'NotReleased', note });
    }
  }

  async #claimant(): Promise<Claimant> {
    const cluster = await this.services.get(ClusterIdentity).uid();
    return { cluster, namespace: this.namespace, name: this.name, uid: this.metadata.uid };
  }

  #tell(changes: readonly Change[]): void {
    for (const change of changes) {
      this.record({ type: 'Normal', reason: change.change, note: describeChange(change) });
    }
  }
}
