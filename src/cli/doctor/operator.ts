import { type ApiRequest, isNotFound, messageOf, type Transport } from '../../framework/framework.ts';
import { type Finding, fine, unknown, wrong } from './finding.ts';

const SELECTOR = 'app.kubernetes.io/name=hearth';
const LEASE = 'hearth';
const WEBHOOK = 'hearth-webhook';

type Pod = {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly containers: readonly { readonly env?: readonly { readonly name: string; readonly value?: string }[] }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
};

/** What the operator's pods say of it. */
export type Operator = {
  readonly serviceAccount: string;
  /** The namespaces that it looks after; all of them when empty. */
  readonly namespaces: readonly string[];
  readonly findings: readonly Finding[];
};

/** Whether the operator runs. */
export async function checkOperator(transport: Transport, namespace: string): Promise<Operator> {
  const about = { check: 'operator', subject: `pods in ${namespace}` };
  const standard = { serviceAccount: 'hearth', namespaces: [] };
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  try {
    const { items } = await transport.request<{ items: Pod[] | null }>({ path, query: { labelSelector: SELECTOR } });
    const [pod] = items ?? [];
    if (!pod) {
      const message = `there is none with the label ${SELECTOR}: apply manifests, or name its namespace`;
      return { ...standard, findings: [wrong(about, message)] };
    }
    const ready = (items ?? []).filter(isReady);
    const names = (items ?? []).map(({ metadata }) => metadata.name).join(', ');
    const finding = ready.length > 0 ? fine(about) : wrong(about, `none is ready: look at the log of ${names}`);
    return {
      serviceAccount: pod.spec.serviceAccountName ?? 'default',
      namespaces: watchedBy(pod),
      findings: [finding],
    };
  } catch (error) {
    return { ...standard, findings: [unknown(about, `could not be listed: ${messageOf(error)}`)] };
  }
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

function watchedBy({ spec }: Pod): string[] {
  const variables = spec.containers.flatMap(({ env = [] }) => env);
  const value = variables.find(({ name }) => name === 'HEARTH_NAMESPACES')?.value ?? '';
  return value.split(',').flatMap((each) => each.trim() || []);
}

type Lease = {
  readonly spec: {
    readonly holderIdentity?: string;
    readonly renewTime?: string;
    readonly leaseDurationSeconds?: number;
  };
};

/** Whether somebody holds the lease, for only who holds it works. */
export async function checkLease(transport: Transport, namespace: string, now = Date.now()): Promise<Finding> {
  const about = { check: 'lease', subject: `${namespace}/${LEASE}` };
  const path = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases/${LEASE}`;
  const lease = await found<Lease>(transport, { path });
  if (lease instanceof Error) {
    return unknown(about, `could not be read: ${lease.message}`);
  }
  if (!lease?.spec.holderIdentity) {
    return wrong(about, 'nobody holds it, so no replica works');
  }
  const { holderIdentity, renewTime = '', leaseDurationSeconds = 15 } = lease.spec;
  const ageSeconds = (now - Date.parse(renewTime)) / 1000;
  return ageSeconds <= leaseDurationSeconds
    ? fine(about)
    : wrong(about, `${holderIdentity} has not renewed it for ${Math.round(ageSeconds)} s, so no replica works`);
}

type Configuration = { readonly webhooks?: readonly { readonly clientConfig: { readonly caBundle?: string } }[] };
type Slices = { readonly items: readonly { readonly endpoints?: readonly Endpoint[] }[] | null };
type Endpoint = { readonly conditions?: { readonly ready?: boolean } };

/** Whether the webhook is trusted and has somebody behind it; one that is not installed is not missed. */
export async function checkWebhook(transport: Transport, namespace: string): Promise<Finding[]> {
  const about = { check: 'webhook', subject: WEBHOOK };
  const root = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  const configuration = await found<Configuration>(transport, { path: `${root}/${WEBHOOK}` });
  if (configuration === undefined) {
    return [];
  }
  if (configuration instanceof Error) {
    return [unknown(about, `could not be read: ${configuration.message}`)];
  }
  const slices = await found<Slices>(transport, {
    path: `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`,
    query: { labelSelector: `kubernetes.io/service-name=${WEBHOOK}` },
  });
  const endpoints = slices instanceof Error ? [] : (slices?.items ?? []).flatMap((slice) => slice.endpoints ?? []);
  if (!endpoints.some(({ conditions }) => conditions?.ready)) {
    return [wrong(about, 'no ready pod is behind its Service, so nothing is checked at admission')];
  }
  const isTrusted = configuration.webhooks?.every(({ clientConfig }) => clientConfig.caBundle) ?? true;
  return [isTrusted ? fine(about) : wrong(about, 'the API server does not trust it: is HEARTH_WEBHOOK_PORT set?')];
}

/** What is at a path; nothing when there is nothing, and why when it cannot be told. */
async function found<T>(transport: Transport, request: ApiRequest): Promise<T | undefined | Error> {
  try {
    return await transport.request<T>(request);
  } catch (error) {
    return isNotFound(error) ? undefined : new Error(messageOf(error));
  }
}
