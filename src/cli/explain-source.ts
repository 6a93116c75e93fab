import type { KubeConfig } from '@kubernetes/client-node';
import { ApiError, type Explanation, messageOf, Transport } from '../framework/framework.ts';

/** Which object is asked about. */
export type Question = { readonly kind: string; readonly key: string };

type Pod = {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly containers: readonly {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status?: { readonly phase?: string };
};

const SELECTOR = 'app.kubernetes.io/name=hearth';
const PATH = '/debug/explain';
const DEFAULT_PORT = 8080;

/** Asks the health endpoints directly. @throws Error that says what was answered. */
export async function askUrl(url: string, { kind, key }: Question): Promise<Explanation> {
  const asked = new URL(PATH, url);
  asked.search = new URLSearchParams({ kind, key }).toString();
  const response = await fetch(asked).catch((error: unknown) => {
    throw new Error(`${url} does not answer: ${messageOf(error)}`, { cause: error });
  });
  if (!response.ok) {
    throw new Error(`${url} answered ${response.status}: ${(await response.text()).trim()}`);
  }
  return (await response.json()) as Explanation;
}

/**
 * Asks the operator's pods through the API server, and takes the answer of the one that works.
 * @throws Error when there is none, or none that answers.
 */
export async function askPods(kubeConfig: KubeConfig, namespace: string, question: Question): Promise<Explanation> {
  const transport = new Transport(kubeConfig, { userAgent: 'hearth-cli' });
  try {
    const pods = await podsIn(transport, namespace);
    if (pods.length === 0) {
      throw new Error(`No pod with the label ${SELECTOR} runs in ${namespace}: name its namespace, or give --url`);
    }
    const answers = await Promise.allSettled(pods.map((pod) => askPod(transport, namespace, { pod, question })));
    return bestOf(answers);
  } finally {
    transport.close();
  }
}

async function podsIn(transport: Transport, namespace: string): Promise<Pod[]> {
  const { items } = await transport.request<{ items: Pod[] | null }>({
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
    query: { labelSelector: SELECTOR },
  });
  return (items ?? []).filter(({ status }) => status?.phase === 'Running');
}

async function askPod(
  transport: Transport,
  namespace: string,
  { pod, question }: { pod: Pod; question: Question },
): Promise<Explanation> {
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  const port = ports.find(({ name }) => name === 'http')?.containerPort ?? DEFAULT_PORT;
  const pods = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  return await transport.request<Explanation>({
    path: `${pods}/${pod.metadata.name}:${port}/proxy${PATH}`,
    query: question,
  });
}

function bestOf(answers: readonly PromiseSettledResult<Explanation>[]): Explanation {
  const given = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const best = given.find(({ leading }) => leading) ?? given[0];
  if (best) {
    return best;
  }
  const [refused] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  throw new Error(`The operator did not explain: ${messageOf(refused).trim()}${hintFor(refused)}`, { cause: refused });
}

/** The operator itself refuses with the name of its setting; the API server refuses for lack of rights. */
function hintFor(refused: unknown): string {
  return refused instanceof ApiError && refused.code === 403 && refused.message.includes('HEARTH_EXPLAIN')
    ? '; set HEARTH_EXPLAIN=cluster, or ask from within the pod as --help shows'
    : '';
}
