import type { core } from '../../../framework/framework.ts';
import type { ConvexInput } from '../input/convex-input.ts';
import { hostUrl, PORTS, secretNameOf } from '../input/names.ts';
import type { ObjectStorage, Source } from '../input/object-storage.ts';
import type { KeySource } from '../input/referents.ts';

/** The buckets that Convex tells apart. It uses S3 only when all of them are named. */
const BUCKETS = ['EXPORTS', 'SNAPSHOT_IMPORTS', 'MODULES', 'FILES', 'SEARCH'];

/** What environments are made from. */
export type EnvInput = Omit<ConvexInput, 'hashes' | 'upgrade'>;

/** The backend's environment, in the documented order. What the spec gives wins, at the place of what it replaces. */
export function createBackendEnv(input: EnvInput): core.EnvVar[] {
  return merged([...coreEnv(input), ...databaseEnv(input), ...storageEnv(input), ...toggleEnv(input)], input);
}

/** The dashboard's environment. The admin key gets to every visitor, so it is there only when asked for. */
export function createDashboardEnv(input: EnvInput): core.EnvVar[] {
  const { networking, dashboard } = input.spec;
  const adminKey = fromKey('NEXT_PUBLIC_ADMIN_KEY', generated(input, 'adminKey'));
  return [
    plain('NEXT_PUBLIC_DEPLOYMENT_URL', networking.deploymentUrl || hostUrl(networking)),
    ...(dashboard.prefillAdminKey ? [adminKey] : []),
    ...originEnv(input),
  ];
}

function coreEnv(input: EnvInput): core.EnvVar[] {
  const { spec, backend, instanceName } = input;
  return [
    plain('CONVEX_PORT', String(PORTS.api)),
    plain('CONVEX_ENV', spec.environment),
    plain('CONVEX_VERSION', backend.version),
    plain('INSTANCE_NAME', instanceName),
    fromKey('CONVEX_ADMIN_KEY', generated(input, 'adminKey')),
    fromKey('CONVEX_INSTANCE_SECRET', generated(input, 'instanceSecret')),
    // The name that the image really reads; without it, it would make a secret of its own.
    fromKey('INSTANCE_SECRET', generated(input, 'instanceSecret')),
    ...originEnv(input),
  ];
}

function originEnv({ spec: { networking } }: EnvInput): core.EnvVar[] {
  return [
    plain('CONVEX_CLOUD_ORIGIN', networking.cloudOrigin || hostUrl(networking)),
    plain('CONVEX_SITE_ORIGIN', networking.siteOrigin || hostUrl(networking)),
  ];
}

function databaseEnv({ spec, databaseUrl }: EnvInput): core.EnvVar[] {
  const { engine, requireSSL } = spec.backend.db;
  const name = engine === 'mysql' ? 'MYSQL_URL' : 'POSTGRES_URL';
  return [
    ...(databaseUrl ? [fromKey(name, databaseUrl)] : []),
    ...(requireSSL ? [] : [plain('DO_NOT_REQUIRE_SSL', '1')]),
  ];
}

function storageEnv({ storage }: EnvInput): core.EnvVar[] {
  if (!storage) {
    return [];
  }
  const { accessKeyId, secretAccessKey, region, bucket, emitsEndpointUrl, usesPathStyle } = storage;
  const endpoints = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL', ...(emitsEndpointUrl ? ['S3_ENDPOINT_URL'] : [])];
  return [
    fromKey('AWS_ACCESS_KEY_ID', accessKeyId),
    fromKey('AWS_SECRET_ACCESS_KEY', secretAccessKey),
    from('AWS_REGION', region),
    ...endpointEnv(storage.endpoint, endpoints),
    ...BUCKETS.map((name) => from(`S3_STORAGE_${name}_BUCKET`, bucket)),
    ...(usesPathStyle ? [plain('AWS_S3_FORCE_PATH_STYLE', 'true')] : []),
  ];
}

/** Kubernetes puts a URL together from variables that stand before it. */
function endpointEnv(endpoint: ObjectStorage['endpoint'], names: readonly string[]): core.EnvVar[] {
  if (endpoint.from !== 'parts') {
    return names.map((name) => from(name, endpoint));
  }
  const { scheme, host, port } = endpoint;
  const url = `${scheme}://$(CONVEX_S3_ENDPOINT_HOST)${port ? ':$(CONVEX_S3_ENDPOINT_PORT)' : ''}`;
  return [
    fromKey('CONVEX_S3_ENDPOINT_HOST', host),
    ...(port ? [fromKey('CONVEX_S3_ENDPOINT_PORT', port)] : []),
    ...names.map((name) => plain(name, url)),
  ];
}

function toggleEnv({ spec: { backend } }: EnvInput): core.EnvVar[] {
  return [
    ...(backend.telemetry.disableBeacon ? [plain('DISABLE_BEACON', 'true')] : []),
    ...(backend.logging.redactLogsToClient ? [plain('REDACT_LOGS_TO_CLIENT', 'true')] : []),
    // The route to the API would show the metrics to everybody.
    plain('DISABLE_METRICS_ENDPOINT', 'true'),
  ];
}

/** Of several values the last one counts; the place is that of the first, so that `$(NAME)` still finds it. */
function merged(own: readonly core.EnvVar[], { spec }: EnvInput): core.EnvVar[] {
  const all = new Map<string, core.EnvVar>();
  for (const variable of [...own, ...(spec.backend.env ?? [])]) {
    all.set(variable.name, variable);
  }
  return [...all.values()];
}

function generated(input: EnvInput, key: string): KeySource {
  return { from: 'secret', name: secretNameOf(input), key };
}

function plain(name: string, value: string): core.EnvVar {
  return { name, value };
}

function from(name: string, source: Source): core.EnvVar {
  return source.from === 'inline' ? plain(name, source.value) : fromKey(name, source);
}

function fromKey(name: string, { from: kind, name: object, key }: KeySource): core.EnvVar {
  const reference = { name: object, key };
  return { name, valueFrom: kind === 'secret' ? { secretKeyRef: reference } : { configMapKeyRef: reference } };
}
