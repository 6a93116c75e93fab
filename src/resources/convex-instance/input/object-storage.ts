import type { ObjectMeta } from '../../../framework/framework.ts';
import type { ConvexInstanceSpec } from '../convex-instance.schemas.ts';
import { type KeySource, keyProblem, type Referents, valueAt } from './referents.ts';

/** Where a value comes from. */
export type Source = { readonly from: 'inline'; readonly value: string } | KeySource;

/** Where the URL of the server comes from; host and port may stand in keys of their own. */
export type EndpointSource =
  | Source
  | {
      readonly from: 'parts';
      readonly scheme: string;
      readonly host: KeySource;
      readonly port: KeySource | undefined;
    };

/** Object storage with everything that the backend needs to know of it. */
export type ObjectStorage = {
  readonly accessKeyId: KeySource;
  readonly secretAccessKey: KeySource;
  readonly region: Source;
  readonly bucket: Source;
  readonly endpoint: EndpointSource;
  readonly emitsEndpointUrl: boolean;
  /** Servers behind an ObjectBucketClaim have no host name for each bucket. */
  readonly usesPathStyle: boolean;
};

type Spec = ConvexInstanceSpec['backend']['s3'];

export type ObjectStorageResult =
  | { readonly ok: true; readonly storage: ObjectStorage | undefined }
  | { readonly ok: false; readonly problems: readonly string[] };

const OWNERS = ['ObjectBucketClaim', 'ObjectBucket'];
const PROVISIONER_LABELS = ['bucket-provisioner', 'objectbucket.io/provisioner'];

/** Every ConfigMap that object storage may need, before anything is known of the Secret. */
export function configMapOf({ enabled, autoDetectOBC, configMapRef, secretRef }: Spec): string | undefined {
  return enabled ? configMapRef || (autoDetectOBC ? secretRef : undefined) || undefined : undefined;
}

/** Finds out where everything comes from. Says all that is wrong, not the first only. */
export function resolveObjectStorage(given: Spec, referents: Referents): ObjectStorageResult {
  if (!given.enabled) {
    return { ok: true, storage: undefined };
  }
  const { secretRef } = given;
  if (!secretRef) {
    return { ok: false, problems: ['s3 secret is required: set spec.backend.s3.secretRef'] };
  }
  if (referents.secrets.get(secretRef) === undefined) {
    return { ok: false, problems: [`Secret ${secretRef} does not exist`] };
  }
  const isClaim = given.autoDetectOBC && isOfBucketClaim(referents.secretMetadata.get(secretRef));
  const spec = isClaim ? withClaimKeys(given, secretRef) : given;
  const problems = specProblems(spec);
  if (problems.length > 0) {
    return { ok: false, problems };
  }
  const storage = storageOf(spec, secretRef, isClaim);
  const missing = keysOf(storage).flatMap((key) => keyProblem(key, referents) ?? []);
  return missing.length > 0
    ? { ok: false, problems: [...new Set(missing)] }
    : { ok: true, storage: withDefaultRegion(storage, referents) };
}

/** Every key whose value matters to the backend. */
export function keysOf({ endpoint, ...rest }: ObjectStorage): KeySource[] {
  const { accessKeyId, secretAccessKey, region, bucket } = rest;
  const ends = endpoint.from === 'parts' ? [endpoint.host, ...(endpoint.port ? [endpoint.port] : [])] : [endpoint];
  return [accessKeyId, secretAccessKey, region, bucket, ...ends].filter((source) => source.from !== 'inline');
}

function isOfBucketClaim({ ownerReferences = [], labels = {} }: Partial<ObjectMeta> = {}): boolean {
  return ownerReferences.some(({ kind }) => OWNERS.includes(kind)) || PROVISIONER_LABELS.some((key) => key in labels);
}

/** Fills in what an ObjectBucketClaim calls its keys; what is given wins. */
function withClaimKeys(spec: Spec, secretRef: string): Spec {
  const isInline = spec.bucket && spec.region && spec.endpoint;
  const configMapRef = spec.configMapRef || (isInline ? undefined : secretRef);
  const credentials = {
    ...spec,
    configMapRef,
    accessKeyIdKey: spec.accessKeyIdKey || 'AWS_ACCESS_KEY_ID',
    secretAccessKeyKey: spec.secretAccessKeyKey || 'AWS_SECRET_ACCESS_KEY',
  };
  return configMapRef === secretRef ? { ...credentials, ...claimMetadataKeys(spec) } : credentials;
}

function claimMetadataKeys(spec: Spec): Partial<Spec> {
  const endpointHostKey = spec.endpointHostKey || (spec.endpointKey ? undefined : 'BUCKET_HOST');
  return {
    bucketKey: spec.bucketKey || 'BUCKET_NAME',
    regionKey: spec.regionKey || 'BUCKET_REGION',
    endpointHostKey,
    endpointPortKey: spec.endpointPortKey || (endpointHostKey === 'BUCKET_HOST' ? 'BUCKET_PORT' : undefined),
  };
}

function specProblems(spec: Spec): string[] {
  const required = [
    [spec.accessKeyIdKey, 'accessKeyIdKey'],
    [spec.secretAccessKeyKey, 'secretAccessKeyKey'],
    [spec.bucket || spec.bucketKey, 'bucket or bucketKey'],
    [spec.region || spec.regionKey, 'region or regionKey'],
  ] as const;
  const missing = required.flatMap(([value, field]) => (value ? [] : [`s3 ${field} is required`]));
  return [...missing, ...endpointProblems(spec)];
}

function endpointProblems(spec: Spec): string[] {
  const { endpoint, endpointKey, endpointHostKey, endpointPortKey, configMapRef } = spec;
  if (endpoint) {
    return [];
  }
  if (!configMapRef) {
    const needsKey = endpointKey ? [] : ['s3 endpoint or endpointKey is required'];
    const isSplit = endpointHostKey || endpointPortKey;
    return isSplit ? [...needsKey, 's3 endpointHostKey and endpointPortKey need a configMapRef'] : needsKey;
  }
  if (Boolean(endpointKey) === Boolean(endpointHostKey)) {
    return ['s3 needs exactly one of endpointKey and endpointHostKey with a configMapRef'];
  }
  return endpointPortKey && !endpointHostKey ? ['s3 endpointPortKey needs endpointHostKey'] : [];
}

/** With a ConfigMap, the Secret has only the credentials. The spec has passed {@link specProblems}. */
function storageOf(spec: Spec, secretRef: string, isClaim: boolean): ObjectStorage {
  const { configMapRef } = spec;
  const secret = (key: string | undefined): KeySource => ({ from: 'secret', name: secretRef, key: key ?? '' });
  const keyed = (key: string | undefined): KeySource =>
    configMapRef ? { from: 'configMap', name: configMapRef, key: key ?? '' } : secret(key);
  const source = (value: string | undefined, key: string | undefined): Source =>
    value ? { from: 'inline', value } : keyed(key);
  const isSplit = !spec.endpoint && spec.endpointHostKey;
  return {
    accessKeyId: secret(spec.accessKeyIdKey),
    secretAccessKey: secret(spec.secretAccessKeyKey),
    region: source(spec.region, spec.regionKey),
    bucket: source(spec.bucket, spec.bucketKey),
    endpoint: isSplit
      ? {
          from: 'parts',
          scheme: spec.endpointScheme,
          host: keyed(spec.endpointHostKey),
          port: spec.endpointPortKey ? keyed(spec.endpointPortKey) : undefined,
        }
      : source(spec.endpoint, spec.endpointKey),
    emitsEndpointUrl: spec.emitS3EndpointUrl ?? false,
    usesPathStyle: isClaim,
  };
}

/** Some provisioners leave the region blank, and the S3 client does not start without one. */
function withDefaultRegion(storage: ObjectStorage, referents: Referents): ObjectStorage {
  const { region } = storage;
  const isBlank = region.from !== 'inline' && region.key === 'BUCKET_REGION' && !valueAt(region, referents)?.trim();
  return isBlank ? { ...storage, region: { from: 'inline', value: 'us-east-1' } } : storage;
}
