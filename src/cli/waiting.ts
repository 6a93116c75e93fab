import { Option } from 'commander';
import { describeRef, type KubeObject, parseDuration } from '../framework/framework.ts';
import type { Cluster } from './cluster.ts';
import { TimeoutError, UsageError } from './exit-codes.ts';
import type { Target } from './kinds.ts';
import { followObject, refOfTarget } from './objects.ts';
import { summaryOf } from './summary.ts';

/** What a look at the object came to: what was waited for is there, or what is known until then. */
export type Look = { readonly done: string } | { readonly until: string };

export type Waiting = {
  /** Finishes the sentence `timed out waiting for …`. */
  readonly what: string;
  readonly timeoutMs: number;
  /** Looks at the object, or at that there is none. Throws when no waiting helps. */
  readonly look: (object: KubeObject | undefined) => Look;
};

/** `--timeout 5m`, the same for every command that waits. */
export function timeoutOption(standard: string): Option {
  return new Option('--timeout <duration>', 'how long to wait, such as 90s or 5m').default(standard);
}

/** The milliseconds of a `--timeout`. @throws UsageError when it is none. */
export function timeoutMsOf(text: string): number {
  const timeoutMs = parseDuration(text);
  if (timeoutMs === undefined || timeoutMs < 0) {
    throw new UsageError(`--timeout ${text} is no duration: write it as 90s, 5m or 1h30m`);
  }
  return timeoutMs;
}

/**
 * Waits by a watch until `look` is content. @returns what it said then.
 * @throws TimeoutError that says how things stood in the end.
 */
export async function waitFor(cluster: Cluster, target: Target, { what, timeoutMs, look }: Waiting): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  let last = 'nothing is known of it';
  try {
    for await (const object of followObject(cluster, target, signal)) {
      const looked = look(object);
      if ('done' in looked) {
        return looked.done;
      }
      last = looked.until;
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
  const name = describeRef(refOfTarget(cluster, target));
  throw new TimeoutError(`Timed out after ${timeoutMs / 1000} s waiting for ${name} ${what}: ${last}`);
}

/** How an object stands, for the end of a sentence. */
export function standing(object: KubeObject | undefined): string {
  if (!object) {
    return 'it is not there';
  }
  const { ready, reason, message } = summaryOf(object);
  return `Ready is ${ready} (${reason})${message ? `: ${message}` : ''}`;
}
