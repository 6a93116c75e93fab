import { afterAll, afterEach, beforeAll, inject, test } from 'vitest';
import type { KubeObject } from '../../src/framework/api/object.ts';
import { definitions } from '../../src/resources/resources.ts';
import { createNamespace, type TestNamespace } from '../../testenv/src/namespaces.ts';
import { reasonAgainstNode } from '../../testenv/src/node-machine.ts';
import { attachTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { reportFailure } from '../harness/failure-report.ts';
import type { SeenObject } from '../harness/suite.ts';

const lacksNode = reasonAgainstNode();

/** Whether there is a cluster with a real node. */
export const hasNode = lacksNode === undefined;

type Declare = (name: string, body: () => Promise<void>) => void;

const unless =
  (reason: string | undefined): Declare =>
  (name, body) =>
    test.skipIf(reason)(`${name}${reason ? ` [skipped: ${reason}]` : ''}`, body);

/** A test on the real node; skipped, with the reason in its name, where there can be none. */
export const e2eTest = unless(lacksNode);

/** As {@link e2eTest}, of a kind together with another one, which may be deleted without it. */
export const e2eTestWith = (kind: string): Declare =>
  unless(lacksNode ?? (definitions.some((each) => each.kind === kind) ? undefined : `there is no ${kind}`));

/** Where Hearth is installed. */
export const SYSTEM = 'hearth-system';

/** A pod as these tests look at it. */
export type SeenPod = KubeObject & {
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly lastState: { readonly terminated?: { readonly reason: string } };
    }[];
  };
};

/** The cluster with Hearth in it, and a namespace of the test file's own. */
export class Cluster {
  readonly testenv: Testenv;
  readonly namespace: string;

  constructor(testenv: Testenv, namespace: string) {
    this.testenv = testenv;
    this.namespace = namespace;
  }

  /** Runs kubectl in the file's namespace. @throws Error with what it said when it fails. */
  async kubectl(...args: readonly string[]): Promise<string> {
    return await this.#run(['-n', this.namespace, ...args]);
  }

  /** Runs kubectl where Hearth is installed. */
  async system(...args: readonly string[]): Promise<string> {
    return await this.#run(['-n', SYSTEM, ...args]);
  }

  async apply(...items: readonly object[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await this.#run(['-n', this.namespace, 'apply', '--server-side', '-f', '-'], input);
  }

  async get(kind: string, name: string): Promise<SeenObject> {
    return JSON.parse(await this.kubectl('get', kind, name, '-o', 'json')) as SeenObject;
  }

  async pod(name: string): Promise<SeenPod> {
    return (await this.get('pod', name)) as unknown as SeenPod; // kubectl was asked for a pod
  }

  /** Waits until a condition is as expected, and returns the object. */
  async condition(kind: string, name: string, wanted: { type: string; status: string }): Promise<SeenObject> {
    const what = `${kind} ${name} has ${wanted.type}=${wanted.status}`;
    return await eventually(what, () => this.get(kind, name), {
      ...PATIENT,
      until: ({ status }) =>
        status?.conditions?.some(({ type, status: is }) => type === wanted.type && is === wanted.status) === true,
    });
  }

  /** The pods of the operator that are not on their way out. */
  async operatorPods(): Promise<SeenPod[]> {
    const output = await this.system('get', 'pods', '-l', 'app.kubernetes.io/name=hearth', '-o', 'json');
    const { items } = JSON.parse(output) as { items: SeenPod[] };
    return items.filter(({ metadata }) => !metadata.deletionTimestamp);
  }

  /** The name of the operator's pod that holds the Lease. */
  async leader(): Promise<string> {
    return await this.system('get', 'lease', 'hearth', '-o', 'jsonpath={.spec.holderIdentity}');
  }

  /** Waits until the Deployment is as declared and one of its pods leads. */
  async operatorReady(): Promise<void> {
    try {
      await this.system('rollout', 'status', 'deployment/hearth', '--timeout=60s');
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${await this.systemState()}`, {
        cause: error,
      });
    }
    await eventually('one of the pods leads', async () => {
      const [pods, leader] = await Promise.all([this.operatorPods(), this.leader()]);
      return pods.some(({ metadata }) => metadata.name === leader);
    });
  }

  /** What a person would look at when the operator does not come up. */
  async systemState(): Promise<string> {
    const looks = [
      ['get', 'pods', '-o', 'wide'],
      ['get', 'events', '--sort-by=.lastTimestamp', '--field-selector=type=Warning'],
      ['logs', 'deployment/hearth', '--all-pods', '--prefix', '--tail=20'],
    ];
    const seen = await Promise.all(looks.map((look) => this.testenv.kubectl(['-n', SYSTEM, ...look])));
    return seen.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  }

  async #run(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.testenv.kubectl(args, input === undefined ? {} : { input });
    if (code !== 0) {
      throw new Error(`kubectl ${args.join(' ')}: ${stderr || stdout}`);
    }
    return stdout;
  }
}

/** For what pods do: they take seconds, and more when the machine is busy. */
export const PATIENT = { timeoutMs: 90_000, intervalMs: 250 } as const;

/** Gives a test file a namespace, and removes it after its tests. */
export function useCluster(name: string): () => Cluster {
  let cluster: Cluster | undefined;
  let namespace: TestNamespace | undefined;
  beforeAll(async () => {
    if (hasNode) {
      const testenv = attachTestenv(inject('testenv'));
      namespace = await createNamespace(testenv, name);
      cluster = new Cluster(testenv, namespace.name);
      await cluster.operatorReady();
    }
  });
  afterEach(async ({ task }) => {
    if (cluster && task.result?.state === 'fail') {
      const { testenv, namespace } = cluster;
      const state = await cluster.systemState();
      const log = await testenv.kubectl(['-n', SYSTEM, 'logs', 'deployment/hearth', '--all-pods', '--prefix']);
      await reportFailure({ testenv, namespace, operatorLog: () => state + log.stdout }, task.name);
    }
  });
  afterAll(async () => {
    await namespace?.delete();
  });
  return () => {
    if (!cluster) {
      throw new Error('the cluster is there only inside tests');
    }
    return cluster;
  };
}
