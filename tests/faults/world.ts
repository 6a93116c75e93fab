import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { definitions } from '../../src/resources/resources.ts';
import { type PostgresHandle, startPostgres } from '../../testenv/src/postgres.ts';
import type { Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { reportFailure } from '../harness/failure-report.ts';
import { FaultProxy, type Identity } from '../harness/fault-proxy.ts';
import { startWithHearth } from '../harness/install-hearth.ts';
import { connectionTo } from '../harness/postgres-manifests.ts';
import { everythingOn } from '../harness/postgres-server.ts';
import { statusProblems } from '../harness/status-problems.ts';
import { conditionOf, type SeenObject, Suite } from '../harness/suite.ts';
import { reportFault } from './fault-report.ts';
import { type FaultKind, faultKinds, type Version } from './kinds.ts';

const GROUP_VERSION = '/apis/homelab.mortenolsen.pro/v1';
const NAMESPACE = 'faults';

/** An object that the world should hold. */
type Expected = { readonly kind: string; readonly entry: FaultKind; readonly name: string; readonly version: Version };

/** Inflicts a fault around a disturbance, which changes objects, and resolves when the fault is over. */
export type Inflict = (world: World, disturb: () => Promise<void>) => Promise<void>;

/**
 * A control plane, a PostgreSQL server and one operator process, with a proxy between operator and API server that can
 * fail. Remembers what has been made, changed and deleted, and so what has to be there.
 */
export class World {
  readonly testenv: Testenv;
  readonly proxy: FaultProxy;
  readonly suite: Suite;
  readonly folder: string;
  server: PostgresHandle;
  readonly #expected = new Map<string, Expected>();
  readonly #values = new Map<string, string>();

  private constructor(parts: {
    testenv: Testenv;
    proxy: FaultProxy;
    suite: Suite;
    folder: string;
    server: PostgresHandle;
  }) {
    this.testenv = parts.testenv;
    this.proxy = parts.proxy;
    this.suite = parts.suite;
    this.folder = parts.folder;
    this.server = parts.server;
  }

  /**
   * @param name names the operator's log.
   * @param options where the database server keeps its data; in the system's temporary folder unless said.
   */
  static async start(name: string, options: { postgresFolder?: string } = {}): Promise<World> {
    // Only the API server matters here, and the machine is busy enough.
    const testenv = await startWithHearth(definitions, { profile: 'api', thirdParties: false });
    const folder = mkdtempSync(join(testenv.dataDir, 'faults-'));
    const identity = identityIn(join(testenv.dataDir, 'pki'), 'serving');
    const proxy = new FaultProxy({ server: testenv.server, ca: testenv.caData, identity });
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(join(folder, 'ca.crt'), testenv.caData);
    writeFileSync(kubeconfig, JSON.stringify(inClusterLike(await proxy.listen(), folder)));
    await testenv.kubectl(['create', 'namespace', NAMESPACE]);
    const suite = new Suite({ testenv, namespace: NAMESPACE, kubeconfig, options: { name, withoutOperator: true } });
    const world = new World({
      testenv,
      proxy,
      suite,
      folder,
      server: await startPostgres(options.postgresFolder ? { folder: options.postgresFolder } : {}),
    });
    await world.renewToken();
    return world;
  }

  /** Starts the operator, which stays the same process for all faults. */
  async startOperator(env: Readonly<Record<string, string>>): Promise<void> {
    await this.suite.apply(...connectionTo(this.server));
    await this.suite.startOperator({ env: { POD_NAMESPACE: 'hearth-system', HEARTH_RECHECK_SECONDS: '3600', ...env } });
    await eventually('the operator is ready', async () => (await fetch(`${this.suite.operator.url}/readyz`)).ok);
  }

  /** Puts a new token of the operator's ServiceAccount where the operator reads it, all at once. */
  async renewToken(): Promise<string> {
    const { body } = await this.testenv.request({
      method: 'POST',
      path: '/api/v1/namespaces/hearth-system/serviceaccounts/hearth/token',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } },
    });
    this.replaceFile('token', body.status.token);
    return body.status.token;
  }

  /** Replaces a file that the operator reads, by renaming, as a kubelet does. */
  replaceFile(name: string, text: string): void {
    writeFileSync(join(this.folder, `${name}.new`), text);
    renameSync(join(this.folder, `${name}.new`), join(this.folder, name));
  }

  /**
   * The test of a fault: objects of every kind are made before it; while it lasts others are made, changed and deleted;
   * afterwards everything is as if it had not been, all that was made during earlier faults included.
   */
  async withstands(fault: string, inflict: Inflict, options: { newProcess?: boolean } = {}): Promise<void> {
    const slug = fault
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 24)
      .replace(/-$/, '');
    const { pid } = this.suite.operator;
    try {
      await this.#make(slug, ['kept', 'altered', 'doomed']);
      await this.#converged();
      await inflict(this, async () => await this.#disturb(slug));
      const ended = performance.now();
      const objects = await this.#converged();
      reportFault({ fault, objects, convergedAfterMs: performance.now() - ended });
      await this.#expectWhole();
      if (!options.newProcess) {
        expect(this.suite.operator.pid, 'the process is the same').toBe(pid);
      }
      expect(await Promise.race([this.suite.operator.exited.then(() => 'ended'), 'alive'])).toBe('alive');
    } catch (error) {
      await reportFailure(
        { testenv: this.testenv, namespace: NAMESPACE, operatorLog: () => this.suite.operatorLog() },
        fault,
      );
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.suite.stopOperator();
    await this.proxy.close();
    await this.server.stop();
    await this.testenv.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #make(slug: string, names: readonly string[]): Promise<void> {
    const made = faultKinds().flatMap(({ kind, entry }) =>
      names.map((name): Expected => ({ kind, entry, name: `${nameOf(kind, slug)}-${name}`, version: 'made' })),
    );
    await this.#apply(made);
  }

  async #apply(objects: readonly Expected[]): Promise<void> {
    await this.suite.apply(...objects.map(({ entry, name, version }) => entry.manifest(name, version)));
    for (const object of objects) {
      this.#expected.set(`${object.kind} ${object.name}`, object);
    }
  }

  /** May be called again when it did not get through. */
  async #disturb(slug: string): Promise<void> {
    await this.#make(slug, ['new']);
    const altered = faultKinds().map(({ kind, entry }): Expected => {
      return { kind, entry, name: `${nameOf(kind, slug)}-altered`, version: 'changed' };
    });
    await this.#apply(altered);
    for (const { kind, plural } of faultKinds()) {
      const name = `${nameOf(kind, slug)}-doomed`;
      await this.suite.kubectl('delete', plural, name, '-n', NAMESPACE, '--wait=false', '--ignore-not-found');
      this.#expected.delete(`${kind} ${name}`);
    }
  }

  /** Waits until all objects that should be there are Ready and no other is there. @returns how many there are. */
  async #converged(): Promise<number> {
    const objects = await eventually('everything is as it should be', () => this.#unfinished(), {
      timeoutMs: 170_000,
      intervalMs: 200,
      until: (unfinished) => unfinished.length === 0,
    });
    expect(objects).toEqual([]);
    return this.#expected.size;
  }

  /** What is not as it should be yet, in words. @throws AssertionError when a status says what none may say. */
  async #unfinished(): Promise<string[]> {
    const seen = await this.#objects();
    const keys = new Set(seen.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    const missing = [...this.#expected.keys()].filter((key) => !keys.has(key)).map((key) => `${key} is missing`);
    const left = [...keys].filter((key) => !this.#expected.has(key) && key !== 'PostgresConnection db');
    const unready = seen.filter((object) => !isReady(object)).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    return [...missing, ...left.map((key) => `${key} is left`), ...unready.map((key) => `${key} is not Ready`)];
  }

  async #objects(): Promise<SeenObject[]> {
    const lists = await Promise.all(
      faultKinds().map(async ({ kind, plural }) => {
        const { body } = await this.testenv.request({ path: `${GROUP_VERSION}/namespaces/${NAMESPACE}/${plural}` });
        return (body.items as SeenObject[]).map((object) => ({ ...object, kind }));
      }),
    );
    const objects = lists.flat();
    this.#problems.push(...objects.flatMap(statusProblems));
    return objects;
  }

  readonly #problems: string[] = [];

  /** Nothing is lost, nothing is there twice, no value has changed, and no status was ever wrong. */
  async #expectWhole(): Promise<void> {
    expect(this.#problems).toEqual([]);
    const objects = await this.#objects();
    for (const { kind, entry, name, version } of this.#expected.values()) {
      const object = objects.find((each) => each.kind === kind && each.metadata.name === name);
      expect(object, `${kind} ${name}`).toBeDefined();
      if (object) {
        await entry.expectInLine(this.suite, object, version);
      }
    }
    await this.#expectValuesKept();
    const databases = [...this.#expected.values()]
      .flatMap(({ entry, name }) => entry.databaseOf?.(NAMESPACE, name) ?? [])
      .sort();
    expect(await everythingOn(this.server)).toEqual({ roles: databases, databases });
  }

  /** No value that a Secret of ours ever had is another one later. */
  async #expectValuesKept(): Promise<void> {
    for (const { entry, name } of this.#expected.values()) {
      const secret = entry.secretOf?.(name);
      for (const [key, value] of Object.entries(secret ? await this.suite.secret(secret) : {})) {
        const id = `${secret} ${key}`;
        expect(this.#values.get(id) ?? value, `value ${id}`).toBe(value);
        this.#values.set(id, value);
      }
    }
  }
}

/** Short, because the names of databases have a limit. */
function nameOf(kind: string, slug: string): string {
  return `${kind.replace(/[a-z]/g, '').toLowerCase()}-${slug}`;
}

function isReady(object: SeenObject): boolean {
  const ready = conditionOf(object, 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === object.metadata.generation;
}

/** A certificate with its key from a folder of PEM files. */
export function identityIn(folder: string, name: string): Identity {
  const read = (ending: string) => readFileSync(join(folder, `${name}.${ending}`), 'utf8');
  return { cert: read('crt'), key: read('key') };
}

/** What a pod has: the authority and the token in files, which somebody renews. */
function inClusterLike(server: string, folder: string): unknown {
  const tokenFile = join(folder, 'token');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'faults', cluster: { server, 'certificate-authority': join(folder, 'ca.crt') } }],
    users: [{ name: 'hearth', user: { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } } }],
    contexts: [{ name: 'faults', context: { cluster: 'faults', user: 'hearth' } }],
    'current-context': 'faults',
  };
}
