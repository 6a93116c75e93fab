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
import { Suite } from '../harness/suite.ts';
import { reportFault } from './fault-report.ts';
import { Ledger } from './ledger.ts';

const NAMESPACE = 'faults';

/** Inflicts a fault around a disturbance, which changes objects, and resolves when the fault is over. */
export type Inflict = (world: World, disturb: () => Promise<void>) => Promise<void>;

export type WithstandOptions = {
  /** Whether the fault ends the process, and another one was started. */
  readonly newProcess?: boolean;
  /** How long convergence may take; a hundred seconds unless said. */
  readonly patienceMs?: number;
};

/**
 * A control plane, a PostgreSQL server and one operator process, with a proxy between operator and API server that can
 * fail.
 */
export class World {
  readonly testenv: Testenv;
  readonly proxy: FaultProxy;
  readonly suite: Suite;
  readonly folder: string;
  readonly server: PostgresHandle;
  readonly #ledger: Ledger;

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
    this.#ledger = new Ledger(parts.suite, parts.server);
  }

  /**
   * @param name names the operator's log.
   * @param options where the database server keeps its data; in the system's temporary folder unless said.
   */
  static async start(name: string, options: { postgresFolder?: string } = {}): Promise<World> {
    // With controllers and simulated pods: a kind of many parts is Ready only when those work.
    const testenv = await startWithHearth(definitions);
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
    await this.#ledger.prepare();
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
   * afterwards everything is as if it had not been, all that was made during earlier faults included, and the process is
   * the same.
   */
  async withstands(fault: string, inflict: Inflict, options: WithstandOptions = {}): Promise<void> {
    const slug = fault
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 24)
      .replace(/-$/, '');
    const { operator } = this.suite;
    try {
      await this.#ledger.make(slug, ['kept', 'altered', 'doomed']);
      await this.#ledger.converged();
      await inflict(this, async () => await this.#ledger.disturb(slug));
      const ended = performance.now();
      const objects = await this.#ledger.converged(options.patienceMs);
      reportFault({ fault, objects, convergedAfterMs: performance.now() - ended });
      await this.#ledger.expectWhole();
      // Its port was a free one, so no other process answers there.
      const { url } = options.newProcess ? this.suite.operator : operator;
      expect((await fetch(`${url}/healthz`)).ok, 'the process is alive').toBe(true);
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
