import { CustomResource, type CustomResourceOptions, type EventInput } from '../../framework/framework.ts';
import { convexComponents } from './convex-instance.components.ts';
import { createConvexInput, GeneratedSecret, References } from './convex-instance.input.ts';
import { actsOf, advance, isSameRecord, isSettledWith, planUpgrade } from './convex-instance.plan.ts';
import type { convexInstanceSpecSchema } from './convex-instance.schemas.ts';
import { partViews, unreachedParts } from './input/findings.ts';
import type { Generated } from './input/generated.ts';
import { specProblems } from './input/instance.ts';
import { liveStamps, podManagementOf, revisionOf } from './input/live-backend.ts';
import { type Resolved, resolveReferences } from './input/references.ts';
import type { Referents } from './input/referents.ts';
import { intervalOf, planRestart, type RestartPlan } from './input/restart.ts';
import { type Found, newsOf, normal, tellingOf } from './input/telling.ts';
import { progressOf, situationOf, upgradeObstacle } from './input/upgrade-progress.ts';

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
    this.#recordAll(newsOf(this));
    const referents = await this.#references.read();
    const resolved = resolveReferences(this.spec, referents);
    const problems = [...specProblems(this), ...resolved.problems];
    const generated = await this.#ensureSecret(problems, referents);
    if (generated) {
      await this.#bringInLine({ referents, resolved, generated });
    } else {
      this.#tell({ problems, parts: unreachedParts(this.conditions.get('SecretsReady')) });
    }
  };

  async #ensureSecret(problems: readonly string[], referents: Referents): Promise<Generated | undefined> {
    let values: Generated | undefined;
    await this.reconcileSubresource('SecretsReady', async () => {
      if (problems.length > 0) {
        return { ready: false, stalled: true, reason: 'ValidationFailed', message: problems.join('; ') };
      }
      const { generated, isRotated } = await this.#secret.ensure(this, referents);
      values = generated;
      if (isRotated) {
        this.record(normal('RotatedSecret', 'Put a new instance secret and a new admin key into the Secret'));
      }
      return { ready: true, reason: 'Available' };
    });
    return values;
  }

  async #bringInLine({ referents, resolved, generated }: Known): Promise<void> {
    const name = `${this.name}-backend`;
    const live = await this.findChild({ apiVersion: 'apps/v1', kind: 'StatefulSet', name });
    const situation = situationOf(this, live && revisionOf(live));
    const acts = actsOf(situation);
    const planned = planUpgrade(situation);
    const isPlanned = isSameRecord(planned, situation.record);
    const restart = this.#planRestart(live && liveStamps(live), isPlanned && acts.isSettled);
    const { image } = this.services.runtime;
    const input = createConvexInput(this, {
      ...{ referents, resolved, generated, acts, image },
      stamps: restart.stamps,
      podManagement: podManagementOf(live),
      attempt: situation.record?.attempt ?? 0,
    });
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
      upgradeProblem: upgradeObstacle({ record, image }, reports),
      isSettled: isSettledWith({ ...situation, record }, acts),
      hash: input.hashes.upgrade,
    });
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
      this.record(normal('Restarting', 'Restarts the backend, as maintenance.restartInterval asks'));
    }
    if (plan.nextMs !== undefined) {
      this.requeueAfter(Math.min(plan.nextMs, LONGEST_WAIT_MS));
    }
    return plan;
  }

  /** Writes every condition, and all that the status says beside them. */
  #tell(found: Found): void {
    const { conditions, fields, events } = tellingOf(this, found);
    for (const [type, condition] of Object.entries(conditions)) {
      this.conditions.put(type, condition);
    }
    this.report(fields);
    this.#recordAll(events);
  }

  #recordAll(events: readonly EventInput[]): void {
    for (const event of events) {
      this.record(event);
    }
  }
}
