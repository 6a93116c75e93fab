import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { objectPath, type ResourceType } from '../../src/framework/api/discovery.ts';
import { type KubeObject, keyFor, type ObjectRef } from '../../src/framework/api/object.ts';
import type { Condition } from '../../src/framework/conditions/conditions.ts';
import type { AnyDefinition } from '../../src/framework/framework.ts';
import { StatusWitness } from '../../src/framework/testing/status-witness.ts';
import { definitions } from '../../src/resources/resources.ts';
import { createNamespace, type TestNamespace } from '../../testenv/src/namespaces.ts';
import { serviceAccountKubeconfig } from '../../testenv/src/service-account.ts';
import { attachTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { reportFailure } from './failure-report.ts';
import { startWithHearth } from './install-hearth.ts';
import { type OperatorOptions, type OperatorProcess, startOperator } from './operator-process.ts';
import { ServedKinds } from './served-kinds.ts';

/** Where a suite keeps its kubeconfig. */
const ARTIFACTS = join(import.meta.dirname, '../../artifacts/suites');

/** The user name by which the audit log knows the operator. */
export const OPERATOR_USER = 'system:serviceaccount:hearth-system:hearth';

/** An object as tests look at it. */
export type SeenObject = KubeObject & {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: { readonly conditions?: readonly Condition[]; readonly [field: string]: unknown };
  readonly data?: Readonly<Record<string, string>>;
};

/** The control plane that this test run shares. */
export function sharedTestenv(): Testenv {
  return attachTestenv(inject('testenv'));
}

/** A kind of ours as the API server knows it. */
function typeOf({ group, version, kind, names, scope }: AnyDefinition): ResourceType {
  return { group, version, kind, plural: names.plural, namespaced: scope !== 'Cluster' };
}

/** A kind of ours by its names, for which nobody has to be asked. */
function ownType(name: string): ResourceType | undefined {
  const own = definitions.find(({ names }) => name === names.singular || name === names.plural);
  return own && typeOf(own);
}

/** What a suite works with: a namespace of its own, and an operator that looks after it alone. */
export class Suite {
  readonly testenv: Testenv;
  readonly namespace: string;
  readonly kubeconfig: string;
  readonly #options: SuiteOptions;
  readonly #served: ServedKinds;
  #operator: OperatorProcess | undefined;

  constructor(parts: { testenv: Testenv; namespace: string; kubeconfig: string; options: SuiteOptions }) {
    this.testenv = parts.testenv;
    this.namespace = parts.namespace;
    this.kubeconfig = parts.kubeconfig;
    this.#options = parts.options;
    this.#served = new ServedKinds(parts.testenv);
  }

  /** The running operator. @throws Error when there is none. */
  get operator(): OperatorProcess {
    if (!this.#operator) {
      throw new Error('no operator runs: call startOperator first');
    }
    return this.#operator;
  }

  async startOperator(overrides: Partial<OperatorOptions> = {}): Promise<OperatorProcess> {
    const { name, operator, namespaces = [], ownCluster = false } = this.#options;
    this.#operator = await startOperator({
      name,
      kubeconfig: this.kubeconfig,
      namespaces: ownCluster ? [] : [this.namespace, ...namespaces],
      ...operator,
      ...overrides,
    });
    return this.#operator;
  }

  /** What the operator has logged; empty when none was started. */
  operatorLog(): string {
    return this.#operator?.log() ?? '';
  }

  /** Ends the operator if one runs. */
  async stopOperator(): Promise<void> {
    await this.#operator?.stop();
    this.#operator = undefined;
  }

  /** Applies manifests as a user does. @throws Error with what kubectl said when they are refused. */
  async apply(...manifests: readonly unknown[]): Promise<void> {
    const list = { apiVersion: 'v1', kind: 'List', items: manifests };
    const { code, stderr } = await this.testenv.kubectl(['apply', '-n', this.namespace, '-f', '-'], {
      input: JSON.stringify(list),
    });
    if (code !== 0) {
      throw new Error(`kubectl apply failed: ${stderr}`);
    }
  }

  /**
   * An object of any kind that the API server serves, by any of the kind's names, or `undefined` when there is none. Asked
   * for directly, because waiting asks often and kubectl is slow.
   */
  async find(kind: string, name: string, namespace = this.namespace): Promise<SeenObject | undefined> {
    const type = ownType(kind.toLowerCase()) ?? (await this.#served.find(kind));
    const { status, body } = await this.testenv.request({ path: objectPath(type, { name, namespace }) });
    if (status !== 200 && status !== 404) {
      throw new Error(`${kind} ${keyFor(name, namespace)}: ${JSON.stringify(body)}`);
    }
    return status === 200 ? (body as SeenObject) : undefined;
  }

  /** An object that must exist. */
  async get(kind: string, name: string, namespace = this.namespace): Promise<SeenObject> {
    const object = await this.find(kind, name, namespace);
    if (!object) {
      throw new Error(`there is no ${kind} ${keyFor(name, namespace)}`);
    }
    return object;
  }

  /** Runs kubectl. @throws Error with what it said when it fails. */
  async kubectl(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const result = await this.testenv.kubectl(args);
    if (result.code !== 0) {
      throw new Error(`kubectl ${args.join(' ')}: ${result.stderr}`);
    }
    return result;
  }

  /** Waits until a condition of an object has a status, for the generation that is there now. */
  async condition(ref: Pick<ObjectRef, 'kind' | 'name'>, type: string, status: string): Promise<Condition> {
    const what = `${ref.kind} ${ref.name} has ${type}=${status}`;
    const found = await eventually(what, () => this.get(ref.kind, ref.name), {
      timeoutMs: 20_000,
      until: (object) => {
        const condition = conditionOf(object, type);
        return condition?.status === status && condition.observedGeneration === object.metadata.generation;
      },
    });
    return conditionOf(found, type) as Condition; // just seen by `until`
  }

  /** Waits until an object's Ready has a reason. */
  async reason(ref: Pick<ObjectRef, 'kind' | 'name'>, reason: string): Promise<Condition> {
    const what = `${ref.kind} ${ref.name} is Ready=False for ${reason}`;
    const found = await eventually(what, () => this.get(ref.kind, ref.name), {
      timeoutMs: 20_000,
      until: (object) => conditionOf(object, 'Ready')?.reason === reason,
    });
    return conditionOf(found, 'Ready') as Condition; // just seen by `until`
  }

  /** A Secret's values, decoded. */
  async secret(name: string, namespace = this.namespace): Promise<Record<string, string>> {
    const { data = {} } = await this.get('secret', name, namespace);
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  }
}

export function conditionOf(object: SeenObject, type: string): Condition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

export type SuiteOptions = {
  /** Short; begins the namespace's name. */
  readonly name: string;
  readonly operator?: Partial<OperatorOptions>;
  /** Further namespaces that the operator looks after. */
  readonly namespaces?: readonly string[];
  /**
   * Whether the suite has a control plane of its own, and its operator looks after all of it: for kinds of the whole
   * cluster, whose objects every other operator would see too.
   */
  readonly ownCluster?: boolean;
  /** Whether the suite starts its operator itself. */
  readonly withoutOperator?: boolean;
};

/** Watches the status of every object of our kinds in a namespace, to hold it against what must always be true. */
function watchStatus(testenv: Testenv, namespace: string): StatusWitness {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(testenv.kubeconfig);
  const types = definitions.map(typeOf);
  const witness = new StatusWitness({ kubeConfig, types, namespace });
  witness.start();
  return witness;
}

/**
 * Gives a test file a namespace and an operator before its tests, and removes both after them. A test fails when a
 * status that was to be seen until its end breaks a promise that every status makes.
 */
export function useSuite(options: SuiteOptions): () => Suite {
  let suite: Suite | undefined;
  let testenv: Testenv | undefined;
  let namespace: TestNamespace | undefined;
  let witness: StatusWitness | undefined;
  beforeAll(async () => {
    testenv = options.ownCluster ? await startWithHearth(definitions) : sharedTestenv();
    namespace = await createNamespace(testenv, options.name);
    const account = { namespace: 'hearth-system', name: 'hearth', dir: join(ARTIFACTS, namespace.name) };
    const kubeconfig = await serviceAccountKubeconfig(testenv, account);
    suite = new Suite({ testenv, namespace: namespace.name, kubeconfig, options });
    witness = watchStatus(testenv, namespace.name);
    if (!options.withoutOperator) {
      await suite.startOperator();
    }
  });
  afterEach(async ({ task }) => {
    const faults = witness?.takeFaults() ?? [];
    if (suite && (faults.length > 0 || task.result?.state === 'fail')) {
      await reportFailure(suite, task.name);
    }
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await witness?.stop();
    await namespace?.delete();
    await suite?.stopOperator();
    await (options.ownCluster ? testenv?.stop() : undefined);
  });
  return () => {
    if (!suite) {
      throw new Error('the suite is there only inside tests');
    }
    return suite;
  };
}
