import { expect } from 'vitest';
import type { Episode } from '../../../../tests/conformance/kind-trial.ts';
import type { TrialPlace } from '../../../../tests/harness/conformance-cluster.ts';
import type { KubeObject, Manifest } from '../../../framework/framework.ts';
import { Admin } from '../../../framework/testing/cluster.ts';
import { OperatorRun } from '../../../framework/testing/operator-run.ts';
import { waitUntil } from '../../../framework/testing/patience.ts';
import type { SentRequest } from '../../../framework/testing/sent-request.ts';
import { isReady } from '../../../framework/testing/trial.ts';
import type { Faults } from '../../../framework/testing/wire.ts';
import { convexInstanceDefinition } from '../convex-instance.ts';
import { convexInstance } from './convex.ts';

const NAME = 'lived';
const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const logger = { ...QUIET, child: () => ({ ...logger }) } as Parameters<typeof OperatorRun.start>[0]['logger'];

/** More lives than an upgrade has writes. */
const MOST_LIVES = 80;

/** One instance in a place, and the operators that look after it one after the other. */
class Life {
  readonly #place: TrialPlace;
  readonly admin: Admin;
  readonly path: string;

  constructor(place: TrialPlace) {
    this.#place = place;
    this.admin = new Admin(place.admin);
    this.path = `/apis/convex.icod.de/v1alpha1/namespaces/${place.namespace}/convexinstances/${NAME}`;
  }

  async begin(spec: object): Promise<void> {
    const { metadata, ...rest } = convexInstance(NAME, spec as Readonly<Record<string, unknown>>);
    // As the original operator leaves it: to be taken away.
    const finalizers = ['convex.icod.de/finalizer'];
    const collection = this.path.slice(0, this.path.lastIndexOf('/'));
    await this.admin.create(collection, { ...rest, metadata: { ...metadata, finalizers } } as Manifest);
  }

  async operator(faults: Faults = {}): Promise<OperatorRun> {
    const { operator: kubeConfig, namespace } = this.#place;
    const definition = convexInstanceDefinition;
    return await OperatorRun.start({ definition, kubeConfig, namespace, logger, faults, image: 'example/hearth:1' });
  }

  async change(spec: object): Promise<void> {
    await this.admin.patch(this.path, { spec });
  }

  async seen(): Promise<KubeObject | undefined> {
    return await this.admin.find(this.path);
  }

  /** Waits for the run's end by its fault, or for the instance to be Ready and the operator idle. @returns which. */
  async endOf(run: OperatorRun): Promise<'died' | 'rests'> {
    const what = `${NAME} is Ready, or its operator has died`;
    await waitUntil({ what, patienceMs: 60_000 }, async () => {
      if (run.wire.hasStruck) {
        return undefined;
      }
      const seen = await this.seen();
      const isAtRest = run.runsWhenIdle && seen && isReady(seen);
      return isAtRest ? undefined : (JSON.stringify(seen?.status) ?? 'without a status');
    });
    return run.wire.hasStruck ? 'died' : 'rests';
  }
}

const storage = { pvc: { enabled: true, size: '1Gi' } };
const backend = (release: string) => ({ image: `example/backend:${release}`, db: { engine: 'sqlite' }, storage });

/** The name of every object that was written, in order, without the instance itself. */
const children = (writes: readonly SentRequest[]) =>
  writes
    .filter(({ resource, code }) => !['convexinstances', 'events'].includes(resource) && code < 300)
    .map(({ verb, path }) => `${verb} ${path.slice(path.lastIndexOf('/') + 1)}`);

/** Each operator ends after one write. Whatever it has learnt and not written is lost, as often as it can be. */
async function upgradeWriteByWrite(life: Life): Promise<void> {
  const first = await life.operator();
  await life.begin({ backend: backend('1'), maintenance: { upgradeStrategy: 'exportImport' } });
  expect(await life.endOf(first)).toBe('rests');
  await first.stop();
  await life.change({ version: '2', backend: { image: 'example/backend:2' } });
  const writes: SentRequest[] = [];
  for (let lives = 1; ; lives += 1) {
    expect(lives, 'lives').toBeLessThan(MOST_LIVES);
    const run = await life.operator({ crash: { write: 1, moment: 'after' } });
    const end = await life.endOf(run);
    writes.push(...run.wire.writes);
    await run.kill();
    if (end === 'rests') {
      break;
    }
  }
  expect((await life.seen())?.status).toMatchObject({ phase: 'Ready', upgrade: { step: 'Completed', attempt: 1 } });
  const written = children(writes);
  const indexOf = (entry: string) => written.findIndex((each) => each.endsWith(entry));
  expect(indexOf(`${NAME}-upgrade-export`)).toBeGreaterThan(indexOf(`${NAME}-upgrade-pvc`));
  expect(indexOf(`${NAME}-backend`)).toBeGreaterThan(indexOf(`${NAME}-upgrade-export`));
  expect(indexOf(`${NAME}-upgrade-import`)).toBeGreaterThan(indexOf(`${NAME}-backend`));
  expect(written.indexOf(`delete ${NAME}-upgrade-pvc`)).toBeGreaterThan(indexOf(`${NAME}-upgrade-import`));
}

/** A spec that does without what it can do without. */
async function doWithout(life: Life): Promise<void> {
  const run = await life.operator();
  await life.begin({ backend: backend('1') });
  expect(await life.endOf(run)).toBe('rests');
  const parentRefs = [{ name: `${NAME}-gateway` }];
  await life.change({ dashboard: { enabled: false }, networking: { parentRefs } });
  await waitUntil({ what: 'dashboard and Gateway go', patienceMs: 30_000 }, async () => {
    const deleted = children(run.wire.writes).filter((each) => each.startsWith('delete '));
    const wanted = ['dashboard', 'dashboard', 'gateway'].map((part) => `delete ${NAME}-${part}`);
    return deleted.toSorted().join() === wanted.join() ? undefined : `deleted is ${deleted}`;
  });
  await run.stop();
}

const episode = (name: string, lived: (life: Life) => Promise<void>): Episode => ({
  name,
  live: async (place) => {
    const life = new Life(place);
    try {
      await lived(life);
    } finally {
      await life.admin.close();
    }
  },
});

/** What becomes of ConvexInstances that are changed. */
export const convexEpisodes: readonly Episode[] = [
  episode('upgraded by export and import, by operators that die after each write', upgradeWriteByWrite),
  episode('without dashboard and Gateway of its own', doWithout),
];
