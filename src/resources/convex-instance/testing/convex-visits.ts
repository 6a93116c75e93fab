import type { Cluster } from '../../../../tests/e2e/cluster.ts';

export type Request = { readonly key?: string; readonly method?: string; readonly body?: string };

/** What a pod in the cluster gets from a Service. */
export async function call(
  cluster: Cluster,
  url: string,
  { key, ...request }: Request = {},
): Promise<{ status: number; text: string }> {
  const init = { ...request, headers: key === undefined ? {} : { authorization: `Convex ${key}` } };
  const script = `fetch(${JSON.stringify(`http://${url}`)}, ${JSON.stringify(init)}).then(async (answer) =>
    console.log(JSON.stringify({ status: answer.status, text: await answer.text() })))`;
  return JSON.parse(await cluster.kubectl('exec', 'visitor', '--', 'node', '-e', script));
}

/** What Hearth has generated for an instance. */
export async function generated(cluster: Cluster, instance: string, key: string): Promise<string> {
  const { data } = await cluster.get('secret', `${instance}-convex-secrets`);
  return Buffer.from(data?.[key] ?? '', 'base64').toString();
}

type PodEvent = {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly name: string };
};

/** What the kubelet has said of pods whose names begin so. */
export async function eventsOf(cluster: Cluster, pod: string): Promise<string[]> {
  const { items } = JSON.parse(await cluster.kubectl('get', 'events', '-o', 'json')) as { items: PodEvent[] };
  const own = items.filter(({ involvedObject }) => involvedObject.name.startsWith(pod));
  return own.map(({ reason, message }) => `${reason}: ${message}`);
}
