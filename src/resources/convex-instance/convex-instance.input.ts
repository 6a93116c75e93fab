import { createHash, randomBytes } from 'node:crypto';
import {
  type ObjectMeta,
  type OwnerReference,
  type Resource,
  ResourceService,
  rotationOf,
  type SecretReference,
  SecretService,
  type Services,
} from '../../framework/framework.ts';
import { createBackendEnv, type EnvInput } from './components/environment.ts';
import type { UpgradeActs } from './convex-instance.plan.ts';
import type { ConvexInstanceSpec } from './convex-instance.schemas.ts';
import type { ConvexInput } from './input/convex-input.ts';
import { instanceNameOf, pathlessUrlOf } from './input/database-url.ts';
import { dashboardHash, type Generated, generate } from './input/generated.ts';
import { CONVEX_GROUP, secretNameOf } from './input/names.ts';
import { contentHash, databaseReference, type Resolved, referenceNames } from './input/references.ts';
import type { Content, Referents } from './input/referents.ts';
import type { Stamps } from './input/restart.ts';

/** Where an instance lives, and what to do when something that it refers to changes. */
type Scope = {
  readonly services: Services;
  readonly spec: ConvexInstanceSpec;
  readonly name: string;
  readonly namespace: string;
  readonly onChange: () => void;
};

/** Follows every Secret and ConfigMap that a spec names. */
export class References {
  readonly #secrets: ReadonlyMap<string, SecretReference>;
  readonly #configMaps: ReadonlyMap<string, Resource>;

  constructor({ services, spec, namespace, onChange }: Scope) {
    const { secrets, configMaps } = referenceNames(spec);
    const secretService = services.get(SecretService);
    const resources = services.get(ResourceService);
    this.#secrets = new Map(
      secrets.map((name) => [name, secretService.get({ name, namespace }).on('changed', onChange)]),
    );
    this.#configMaps = new Map(
      configMaps.map((name) => {
        const resource = resources.get({ apiVersion: 'v1', kind: 'ConfigMap', name, namespace });
        return [name, resource.on('changed', onChange)];
      }),
    );
  }

  /** All of them as they are now. */
  async read(): Promise<Referents> {
    const read = [...this.#secrets].map(async ([name, { current }]) => [name, await current?.read()] as const);
    const secrets = new Map(await Promise.all(read));
    return {
      secrets,
      secretMetadata: new Map([...this.#secrets].map(([name, { current }]) => [name, current?.metadata])),
      configMaps: new Map([...this.#configMaps].map(([name, resource]) => [name, contentOf(resource)])),
    };
  }
}

/** A ConfigMap has its values beside its metadata, where only it and Secrets have any. */
function contentOf({ manifest }: Resource): Content {
  return manifest && ((manifest as { readonly data?: Content }).data ?? {});
}

/** On a generated Secret that was not there before: it is ours also when somebody has taken its owner away. */
const MADE_HERE = `${CONVEX_GROUP}/generated`;

/** Whether a person made the Secret: then it has no owner. The original operator gives it one, too. */
function isTheirs(found: ObjectMeta | undefined): boolean {
  return found !== undefined && !found.ownerReferences?.length && found.annotations?.[MADE_HERE] === undefined;
}

/** The object for which values are generated. */
type Owner = Pick<Scope, 'spec' | 'name'> & { readonly metadata: ObjectMeta; readonly ref: OwnerReference };

/** The Secret with the values that are generated for an instance. Somebody may have made it before. */
export class GeneratedSecret {
  readonly #secret: SecretReference;

  constructor({ services, name, namespace, onChange }: Scope) {
    const secret = services.get(SecretService).get({ name: secretNameOf({ name, namespace }), namespace });
    this.#secret = secret.on('changed', onChange);
  }

  /** Makes the Secret hold valid values. @returns them, and whether they were replaced because somebody asked. */
  async ensure(owner: Owner, referents: Referents): Promise<{ generated: Generated; isRotated: boolean }> {
    const { spec, name, metadata, ref } = owner;
    const secret = this.#secret.current;
    const values = await secret?.read();
    const rotation = rotationOf(metadata, secret?.metadata);
    const random = {
      secret: randomBytes(32).toString('hex'),
      nonce: randomBytes(12),
      issued: Math.floor(Date.now() / 1000),
    };
    const wish = {
      instanceName: instanceNameOf(spec, name, referents),
      databaseUrl: pathlessUrlOf(spec, referents)?.url,
      current: rotation.isDue ? {} : (values ?? {}),
    };
    const generated = generate(wish, random);
    // What a person made outlives the instance; what is made here goes with it.
    const ownership = isTheirs(secret?.metadata) ? {} : { ownerReferences: [ref] };
    const annotations = { ...rotation.mark, ...(ownership.ownerReferences ? { [MADE_HERE]: 'true' } : {}) };
    const result = await secret?.write({ data: { ...generated }, annotations, ...ownership }, { adopt: true });
    return { generated, isRotated: rotation.isDue && result === 'updated' };
  }
}

/** Stands for what the backend and the dashboard are made from, as far as the spec says it. */
function upgradeHashOf(input: EnvInput): string {
  const { spec } = input;
  const wanted = { ...input, backend: { image: spec.backend.image, version: spec.version } };
  const dashboard = spec.dashboard.enabled ? spec.dashboard.image : '';
  const content = JSON.stringify([spec.version, spec.backend.image, dashboard, createBackendEnv(wanted)]);
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

/** What {@link createConvexInput} puts together. */
type InputParts = {
  readonly referents: Referents;
  readonly resolved: Resolved;
  readonly generated: Generated;
  readonly acts: UpgradeActs;
  readonly image: string | undefined;
  readonly stamps: Stamps;
  readonly podManagement: string | undefined;
  readonly attempt: number;
};

/** Everything that the parts are made from. */
export function createConvexInput(
  { name, namespace, spec }: Pick<Scope, 'name' | 'namespace' | 'spec'>,
  { referents, resolved, generated, acts, image, stamps, podManagement, attempt }: InputParts,
): ConvexInput {
  const derived = { from: 'secret', name: secretNameOf({ name, namespace }), key: 'databaseUrl' } as const;
  const input = {
    name,
    namespace,
    spec,
    instanceName: instanceNameOf(spec, name, referents),
    databaseUrl: generated.databaseUrl === undefined ? databaseReference(spec) : derived,
    storage: resolved.storage,
    backend: acts.backend,
    stamps,
    podManagement,
  };
  const hashes = {
    config: contentHash(generated.instanceSecret, resolved.used, referents),
    dashboard: dashboardHash(spec, generated),
    upgrade: upgradeHashOf(input),
  };
  const { exports, imports, keepsCopy } = acts;
  const upgrade = keepsCopy ? { exports, imports, image, attempt, hash: hashes.upgrade } : undefined;
  return { ...input, hashes, upgrade };
}
