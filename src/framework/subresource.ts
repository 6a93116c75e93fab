import type { PartResult } from './conditions/summary.ts';
import { type Trouble, troubleOf } from './outcome.ts';

/** How one named part of an object is doing. */
export type SubresourceResult = {
  readonly ready: boolean;
  /** A change was just sent and is taking effect. */
  readonly syncing?: boolean;
  /** Something is wrong: the part is tried again with a growing delay. */
  readonly failed?: boolean;
  /** Something is wrong that trying again does not mend: the part waits until something changes. */
  readonly stalled?: boolean;
  /** CamelCase and stable. */
  readonly reason?: string;
  readonly message?: string;
};

/** Does the work on one part. What it throws becomes the part's trouble, so this never rejects. */
export async function settle(
  name: string,
  work: () => Promise<SubresourceResult>,
  onError: (error: unknown) => void,
): Promise<PartResult> {
  try {
    const result = await work();
    const { ready, reason, message } = result;
    return { name, ready, reason, message, trouble: ready ? undefined : troubleIn(result) };
  } catch (error) {
    onError(error);
    const trouble = troubleOf(error);
    const told = trouble.kind === 'silent' ? {} : { reason: trouble.reason, message: trouble.message };
    return { name, ready: false, trouble, ...told };
  }
}

function troubleIn(result: SubresourceResult): Trouble | undefined {
  const { failed = false, stalled = false, reason = 'Failed', message = '' } = result;
  if (stalled) {
    return { kind: 'stalled', reason, message };
  }
  return failed ? { kind: 'failed', reason, message } : undefined;
}
