import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

/** How long and how often to look. */
export interface EventuallyOptions<T> {
  /** Default 30 seconds. */
  readonly timeoutMs?: number;
  /** Default 50 milliseconds. */
  readonly intervalMs?: number;
  /** When the observation holds; default: when it is truthy. */
  readonly until?: (seen: T) => boolean;
}

/**
 * Looks again and again until an observation holds and returns it. An exception of the probe counts as "not yet". The
 * error at the end says what was seen last.
 *
 * @example const pod = await eventually('the pod runs', () => readPod(), { until: (pod) => pod.phase === 'Running' });
 */
export async function eventually<T>(
  description: string,
  probe: () => Promise<T> | T,
  options: EventuallyOptions<T> = {},
): Promise<T> {
  const { timeoutMs = 30_000, intervalMs = 50, until: holds = Boolean } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look(probe);
    if ('value' in seen && holds(seen.value)) return seen.value;
    if (performance.now() >= deadline) throw tooLate(`not within ${timeoutMs} ms: ${description}`, seen);
    await delay(intervalMs);
  }
}

type Look<T> = { readonly value: T } | { readonly error: unknown };

function tooLate(message: string, seen: Look<unknown>): Error {
  if ('error' in seen) return new Error(`${message}; last seen: ${seen.error}`, { cause: seen.error });
  return new Error(`${message}; last seen: ${inspect(seen.value, { depth: 8, breakLength: 120 })}`);
}

async function look<T>(probe: () => Promise<T> | T): Promise<Look<T>> {
  try {
    return { value: await probe() };
  } catch (error) {
    return { error };
  }
}
