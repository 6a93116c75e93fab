import { eventually } from '../../testenv/src/wait.ts';
import { Suite } from './suite.ts';

/** The value of a key that must be there. */
export function valueIn(values: Readonly<Record<string, string>>, key: string): string {
  const value = values[key];
  if (value === undefined) {
    throw new Error(`there is no key ${key} among ${Object.keys(values).join(', ')}`);
  }
  return value;
}

/** The same suite, looking at another namespace, which is made when it is not there. */
export async function suiteIn(suite: Suite, namespace: string): Promise<Suite> {
  const { testenv, kubeconfig } = suite;
  await testenv.kubectl(['create', 'namespace', namespace]);
  return new Suite({ testenv, kubeconfig, namespace, options: { name: namespace, withoutOperator: true } });
}

/** An event as the server keeps it. */
export type SeenEvent = { readonly type: string; readonly reason: string; readonly message: string };

/** The events of one object, from the oldest. */
export async function eventsOf(suite: Suite, kind: string, name: string): Promise<SeenEvent[]> {
  const selector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
  const args = ['get', 'events', '-n', suite.namespace, '--field-selector', selector, '-o', 'json'] as const;
  return (JSON.parse((await suite.kubectl(...args)).stdout) as { items: SeenEvent[] }).items;
}

/** Waits for an event of one object. */
export async function eventWith(
  suite: Suite,
  about: { readonly kind: string; readonly name: string },
  expected: Partial<SeenEvent>,
): Promise<SeenEvent> {
  const matches = (event: SeenEvent) =>
    (['type', 'reason', 'message'] as const).every((field) => [undefined, event[field]].includes(expected[field]));
  const events = await eventually(
    `${about.kind} ${about.name} has an event ${JSON.stringify(expected)}`,
    () => eventsOf(suite, about.kind, about.name),
    { until: (seen) => seen.some(matches) },
  );
  return events.find(matches) as SeenEvent; // just seen by `until`
}

/** Deletes objects and waits until they are gone. */
export async function remove(suite: Suite, kind: string, ...names: readonly string[]): Promise<void> {
  await suite.kubectl('delete', kind, ...names, '-n', suite.namespace, '--timeout=60s');
}

/** Sets annotations of an object, named `kind/name`, as `kubectl annotate` does. */
export async function annotate(suite: Suite, object: string, ...annotations: readonly string[]): Promise<void> {
  await suite.kubectl('annotate', object, ...annotations, '--overwrite', '-n', suite.namespace);
}
