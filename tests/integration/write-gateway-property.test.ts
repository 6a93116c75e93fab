import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WriteGateway } from '../../src/framework/api/apply.ts';
import { digestOf } from '../../src/framework/api/digest.ts';
import { Discovery, objectPath } from '../../src/framework/api/discovery.ts';
import { FIELD_MANAGER } from '../../src/framework/api/field-manager.ts';
import { reduceManagedFields } from '../../src/framework/api/field-sets.ts';
import { marked } from '../../src/framework/api/marks.ts';
import type { KubeObject, Manifest } from '../../src/framework/api/object.ts';
import { OwnershipError, ownedFields } from '../../src/framework/api/ownership.ts';
import { RefusedError } from '../../src/framework/api/refusal.ts';
import type { Transport } from '../../src/framework/api/transport.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { MUTATE_LABEL, mutatingPolicy } from '../harness/mutating-policy.ts';
import { type MutatingWebhook, startMutatingWebhook } from '../harness/mutating-webhook.ts';
import { transportTo } from '../harness/transport-to.ts';
import { type Sample, samples } from '../harness/write-samples.ts';

/** Set it to see a failed run again. */
const seed = Number(process.env['HEARTH_TEST_SEED'] ?? randomInt(2 ** 31));
const RUNS = Number(process.env['HEARTH_TEST_RUNS'] ?? 60);

/** A control plane of its own: it gets a policy and a webhook that change what others write. */
let testenv: Testenv;
let webhook: MutatingWebhook;
let transport: Transport;
let discovery: Discovery;
/** The object on whose behalf is written. */
const owner = { kind: 'ConfigMap', name: 'owner', namespace: 'default', uid: '6f0e8a7a-1111-4222-8333-944455566677' };
const ownerReferences = [{ apiVersion: 'v1', kind: owner.kind, name: owner.name, uid: owner.uid, controller: true }];
const APPLY = 'application/apply-patch+yaml';
const MERGE = 'application/merge-patch+json';

beforeAll(async () => {
  testenv = await startTestenv({ profile: 'api', thirdParties: false });
  transport = transportTo(testenv.kubeconfig);
  discovery = new Discovery(transport);
  webhook = await startMutatingWebhook();
  const items = [...mutatingPolicy, webhook.configuration, ...samples.flatMap(({ definition }) => definition ?? [])];
  const { code, stderr } = await testenv.kubectl(['apply', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });
  expect(code, stderr).toBe(0);
  process.stdout.write(`write gateway: HEARTH_TEST_SEED=${seed}\n`);
});

afterAll(async () => {
  transport.close();
  await testenv.stop();
  await webhook.close();
});

function gateway(): WriteGateway {
  return new WriteGateway({ transport, discovery, onWrite: () => undefined });
}

async function pathOf(manifest: Manifest): Promise<string> {
  return objectPath(await discovery.resolve(manifest), manifest.metadata);
}

/** The object whole, and as the cache would hold it. */
async function read(manifest: Manifest): Promise<{ whole: KubeObject; live: KubeObject }> {
  const whole = await transport.request<KubeObject>({ path: await pathOf(manifest) });
  return { whole, live: reduceManagedFields(whole) };
}

/** All of an object that a writer may want: not who wrote, nor when. */
function contentOf({ metadata, status: _status, ...rest }: KubeObject): unknown {
  const { managedFields: _m, resourceVersion: _r, generation: _g, ...own } = metadata;
  return { ...rest, metadata: own };
}

type Content = { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
type Patch = Readonly<Record<string, unknown>>;

async function patch(manifest: Manifest, body: Patch, query: Readonly<Record<string, string | boolean>>) {
  const contentType = 'force' in query ? APPLY : MERGE;
  const path = await pathOf(manifest);
  return await transport.request<KubeObject>({ method: 'PATCH', path, body, contentType, query });
}

/** What a forced apply of the same would come to. */
async function forced(manifest: Manifest): Promise<KubeObject> {
  const body = marked(manifest, digestOf(manifest));
  return await patch(manifest, { ...body }, { fieldManager: FIELD_MANAGER, force: true, dryRun: 'All' });
}

type Step =
  | { readonly do: 'apply'; readonly content: Content }
  | { readonly do: 'apply again' | 'restart' }
  | { readonly do: 'somebody updates'; readonly content: Patch; readonly manager: string }
  | { readonly do: 'somebody applies'; readonly content: Content; readonly manager: string };

function stepsOf(sample: Sample): fc.Arbitrary<readonly Step[]> {
  const manager = fc.constantFrom('kubectl', 'argocd', FIELD_MANAGER);
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('apply' as const), content: sample.content }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('apply again' as const, 'restart' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('somebody updates' as const), content: sample.update, manager }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('somebody applies' as const), content: sample.content, manager }),
    },
  );
  return fc.array(step, { minLength: 3, maxLength: 12 });
}

/** What changes an object on its way in: the policy, or the webhook. */
type Mutator = 'yes' | 'webhook';

/** Runs a story of one object and looks after each step whether what the gateway says is so. */
class Story {
  readonly #base: Manifest;
  #gateway = gateway();
  #wanted: Manifest | undefined;

  readonly #labels: Readonly<Record<string, string>>;

  /** Whether admission has its say is the same for all writers: it looks at the object before and after. */
  constructor({ apiVersion, kind }: Sample, { name, mutate }: { name: string; mutate: Mutator | undefined }) {
    this.#labels = mutate ? { [MUTATE_LABEL]: mutate } : {};
    this.#base = { apiVersion, kind, metadata: { name, namespace: 'default', ownerReferences } };
  }

  #manifest({ metadata, ...content }: Content): Manifest {
    const labels = { ...metadata?.labels, ...this.#labels };
    return { ...this.#base, ...content, metadata: { ...this.#base.metadata, ...metadata, labels } };
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'apply':
        this.#wanted = this.#manifest(step.content);
        return await this.#bringInLine(this.#wanted);
      case 'apply again':
        return this.#wanted && (await this.#bringInLine(this.#wanted));
      case 'restart':
        this.#gateway = gateway();
        return this.#wanted && (await this.#bringInLine(this.#wanted));
      default:
        return this.#wanted && (await this.#disturb(step));
    }
  }

  /** Whether a refusal is right: what somebody put there is theirs and leaves no room for ours. */
  async isRefused(error: unknown): Promise<boolean> {
    // An item of theirs, whose key is another, has a name of ours or lacks one; or the server makes null of a list or map whose
    // last part we gave up after somebody had written it, and then refuses that.
    if (
      error instanceof RefusedError &&
      /(Duplicate|Required) value|of type (array|object): "null"/.test(error.message)
    ) {
      return true;
    }
    const { live } = await read(this.#base);
    return error instanceof OwnershipError && !ownedFields(live) && !live.metadata.ownerReferences;
  }

  /** What somebody else may not write (a field that is immutable, or not valid beside ours) has not happened. */
  async #disturb({ do: how, content, manager }: Extract<Step, { manager: string }>): Promise<void> {
    const query = how === 'somebody applies' ? { fieldManager: manager, force: true } : { fieldManager: manager };
    const body = how === 'somebody applies' ? { ...this.#manifest(content) } : { ...content };
    await patch(this.#base, body, query).catch((error: unknown) =>
      expect(String(error)).toMatch(/invalid|typed patch/i),
    );
  }

  async #bringInLine(manifest: Manifest): Promise<void> {
    const exists = await read(manifest).catch(() => undefined);
    const result = await this.#gateway.apply(manifest, { live: exists?.live, owner });
    const after = await read(manifest);
    expect(contentOf(await forced(manifest)), `a forced apply after "${result}"`).toEqual(contentOf(after.whole));
    if (result === 'unchanged') {
      expect(after.whole.metadata.resourceVersion).toBe(exists?.whole.metadata.resourceVersion);
    }
    await this.#isSettled(manifest, after.live);
  }

  /** Nobody writes in between: there is nothing more to do, for a gateway without memory neither. */
  async #isSettled(manifest: Manifest, live: KubeObject): Promise<void> {
    expect(await this.#gateway.apply(manifest, { live, owner }), 'once more').toBe('unchanged');
    const restarted = gateway();
    const first = await restarted.apply(manifest, { live, owner });
    const after = await read(manifest);
    expect(contentOf(after.live), 'after a restart').toEqual(contentOf(live));
    // Where admission has overruled us or something empty is wanted, the record says less, and one request finds out.
    if (this.#labels[MUTATE_LABEL] === undefined && !/\[\]|\{\}|null/.test(JSON.stringify(manifest))) {
      expect(first, 'the first decision after a restart').toBe('unchanged');
    }
    expect(await restarted.apply(manifest, { live: after.live, owner })).toBe('unchanged');
  }
}

test.each([
  { mutate: 'yes', annotation: 'mutated' },
  { mutate: 'webhook', annotation: 'mutated-by' },
])('what is written with the label $mutate is changed', async ({ mutate, annotation }) => {
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'probe', namespace: 'default' } };
  const labelled = { ...manifest, metadata: { ...manifest.metadata, labels: { [MUTATE_LABEL]: mutate } } };
  await eventually('it is in force', async () => {
    const seen = await patch(manifest, labelled, { fieldManager: 'probe', force: true, dryRun: 'All' });
    return seen.metadata.annotations?.[annotation] === mutate;
  });
});

test.each(samples)(
  'what the gateway says of a $kind is what the server would do',
  async (sample) => {
    let count = 0;
    const mutator = fc.constantFrom<Mutator | undefined>(undefined, 'yes', 'webhook');
    const property = fc.asyncProperty(stepsOf(sample), mutator, async (steps, mutate) => {
      count += 1;
      const story = new Story(sample, { name: `story-${count}`, mutate });
      try {
        for (const step of steps) {
          await story.take(step);
        }
      } catch (error) {
        if (!(await story.isRefused(error))) {
          throw error;
        }
      }
    });
    await fc.assert(property, { seed, numRuns: RUNS, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false });
  },
  110_000,
);
