import {
  type ComponentReport,
  type ConditionInput,
  CustomResource,
  type CustomResourceOptions,
} from '../../framework/framework.ts';
import { convexComponents } from './convex-instance.components.ts';
import { createConvexInput, GeneratedSecret, References } from './convex-instance.input.ts';
import {
  actsOf,
  advance,
  isSameRecord,
  isSettledWith,
  planUpgrade,
  runningRevision,
  type UpgradeSituation,
} from './convex-instance.plan.ts';
import type { convexInstanceSpecSchema, UpgradeRecord } from './convex-instance.schemas.ts';
import { describeConvex, type Findings } from './convex-instance.status.ts';
import { observedStatus, partViews, unreachedParts, urlsOf } from './input/findings.ts';
import type { Generated } from './input/generated.ts';
import { liveStamps, revisionOf } from './input/live-backend.ts';
import { CONVEX_GROUP, nameProblem } from './input/names.ts';
import { type Resolved, resolveReferences } from './input/references.ts';
import type { Referents } from './input/referents.ts';
import { DEFAULT_INTERVAL, intervalOf, planRestart, type RestartPlan } from './input/restart.ts';
import { progressOf, upgradeObstacle } from './input/upgrade-progress.ts';
import { warningsOf } from './input/warnings.ts';

/** On an instance: whenever its value changes, an upgrade that has failed is tried again. */
const RETRY_ANNOTATION = `${CONVEX_GROUP}/retry-upgrade`;

/** Timers do not reach further than some weeks. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** What is known before the parts are brought in line. */
type Known = { readonly referents: Referents; readonly resolved: Resolved; readonly generated: Generated };

/** A self-hosted Convex: its parts, its upgrades, its restarts. Ready while backend, dashboard and the way there work. */
export class ConvexInstanceResource extends CustomResource<typeof convexInstanceSpecSchema> {
  readonly #references: References;
  readonly #secret: GeneratedSecret;

  constructor(options: CustomResourceOptions<typeof convexInstanceSpecSchema>) {
    super(options);
    const { services, spec, name, namespace, queueReconcile: onChange } = this;
    this.#references = new References({ services, spec, name, namespace, onChange });
    this.#secret = new GeneratedSecret({ services, spec, name, namespace, onChange });
  }

  override reconcile = async (): Promise<void> => {
    this.#warn();
    const referents = await this.#references.read();
    const resolved = resolveReferences(this.spec, referents);
    const problems = [...this.#specProblems(), ...resolved.problems];
    const generated = await this.#ensureSecret(problems, referents);
    if (generated) {
      await this.#bringInLine({ referents, resolved, generated });
    } else {
      this.#tell({ problems, parts: unreachedParts(this.conditions.get('SecretsReady')) });
    }
  };

  #specProblems(): string[] {
    const interval = this.spec.maintenance?.restartInterval ?? DEFAULT_INTERVAL;
    const wrong = intervalOf(interval) === undefined ? ['maintenance.restartInterval is no duration such as 168h'] : [];
    return [nameProblem(this.name), ...wrong].filter((problem) => problem !== undefined);
  }

  async #ensureSecret(problems: readonly string[], referents: Referents): Promise<Generated | undefined> {
    let values: Generated | undefined;
    await this.reconcileSubresource('SecretsReady', async () => {
      if (problems.length > 0) {
        return { ready: false, stalled: true, reason: 'ValidationFailed', message: problems.join('; ') };
      }
      const { generated, isRotated } = await this.#secret.ensure(this, referents);
      values = generated;
      if (isRotated) {
        const note = 'Put a new instance secret and a new admin key into the Secret';
        this.record({ type: 'Normal', reason: 'RotatedSecret', note });
      }
      return { ready: true, reason: 'Available' };
    });
    return values;
  }

  async #bringInLine({ referents, resolved, generated }: Known): Promise<void> {
    const name = `${this.name}-backend`;
    const live = await this.findChild({ apiVersion: 'apps/v1', kind: 'StatefulSet', name });
    const situation = this.#situation(live && revisionOf(live));
    const acts = actsOf(situation);
    const planned = planUpgrade(situation);
    const isPlanned = isSameRecord(planned, situation.record);
    const restart = this.#planRestart(live && liveStamps(live), isPlanned && acts.isSettled);
    const { image } = this.services.runtime;
    const parts = { acts, image, stamps: restart.stamps, attempt: situation.record?.attempt ?? 0 };
    const input = createConvexInput(this, { referents, resolved, generated, ...parts });
    const reports = await this.reconcileComponents(convexComponents, input);
    const record = isPlanned ? advance(situation.record, progressOf(reports)) : planned;
    this.report({ revision: acts.backend });
    if (!isSameRecord(record, situation.record)) {
      this.queueReconcile(); // the next run acts by the record that this one leaves behind
    }
    this.#tell({
      parts: partViews(reports, this.spec),
      missingTlsSecret: resolved.missingTlsSecret,
      record,
      upgradeProblem: this.#obstacle(record, reports),
      isSettled: isSettledWith({ ...situation, record }, acts),
      hash: input.hashes.upgrade,
    });
  }

  #situation(found: UpgradeSituation['live']): UpgradeSituation {
    const { version, backend, maintenance } = this.spec;
    const { upgrade: record, revision: recorded } = observedStatus(this.status);
    const wanted = { image: backend.image, version };
    return {
      strategy: maintenance?.upgradeStrategy ?? 'inPlace',
      wanted,
      live: runningRevision({ wanted, found, recorded }),
      record,
      retry: this.metadata.annotations?.[RETRY_ANNOTATION],
    };
  }

  #planRestart(live: Parameters<typeof planRestart>[0]['live'], isCalm: boolean): RestartPlan {
    const plan = planRestart({
      intervalMs: intervalOf(this.spec.maintenance?.restartInterval) ?? 0,
      uid: this.metadata.uid,
      now: new Date(),
      live,
      isHeldBack: !isCalm,
    });
    if (plan.isDue) {
      this.record({
        type: 'Normal',
        reason: 'Restarting',
        note: 'Restarts the backend, as maintenance.restartInterval asks',
      });
    }
    if (plan.nextMs !== undefined) {
      this.requeueAfter(Math.min(plan.nextMs, LONGEST_WAIT_MS));
    }
    return plan;
  }

  #obstacle(record: UpgradeRecord | undefined, reports: readonly ComponentReport[]): string | undefined {
    const needsJob = record?.step === 'Exporting' || record?.step === 'Importing';
    if (needsJob && this.services.runtime.image === undefined) {
      return 'Hearth does not know its own image, which exports and imports: set HEARTH_IMAGE on its Deployment';
    }
    return upgradeObstacle(reports);
  }

  /** Writes every condition, and all that the status says beside them. */
  #tell(found: Partial<Findings> & Pick<Findings, 'parts'>): void {
    const before = observedStatus(this.status);
    const { conditions, phase, upgradeHash, endpoints } = describeConvex({
      problems: [],
      missingTlsSecret: undefined,
      strategy: this.spec.maintenance?.upgradeStrategy ?? 'inPlace',
      record: before.upgrade,
      upgradeProblem: undefined,
      isSettled: true,
      hash: before.upgradeHash ?? '',
      before,
      urls: urlsOf(this),
      ...found,
    });
    for (const [type, condition] of Object.entries(conditions)) {
      this.conditions.put(type, condition);
    }
    const upgrade = 'record' in found ? found.record : before.upgrade;
    this.report({ phase, upgradeHash, endpoints, upgrade });
    if (phase === 'Ready' && before.phase !== 'Ready') {
      this.record({ type: 'Normal', reason: 'Ready', note: `Convex answers at ${endpoints.apiUrl}` });
    }
    this.#tellOfMissingTls(found.missingTlsSecret, conditions.SecretsReady);
  }

  /** It holds up the way from outside only, so no part is in trouble that would tell of it. */
  #tellOfMissingTls(secret: string | undefined, { message }: ConditionInput): void {
    const before = this.status.conditions?.find(({ type }) => type === 'SecretsReady');
    if (secret !== undefined && message !== undefined && before?.message !== message) {
      this.record({ type: 'Warning', reason: 'ValidationFailed', note: message });
    }
  }

  /** Once for each spec, for what it says does not change. */
  #warn(): void {
    if (this.status.observedGeneration !== this.metadata.generation) {
      for (const { reason, note } of warningsOf(this.spec)) {
        this.record({ type: 'Warning', reason, note });
      }
    }
  }
}
