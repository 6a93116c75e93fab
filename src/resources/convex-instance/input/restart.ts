import { createHash } from 'node:crypto';
import { parseDuration } from '../../../framework/framework.ts';

/** The stamps of restarts on a StatefulSet and on its pods. */
export type Stamps = { readonly lastRestart?: string | undefined; readonly trigger?: string | undefined };

export type RestartInput = {
  /** Milliseconds between restarts; none at all when it is not positive. */
  readonly intervalMs: number;
  readonly uid: string;
  readonly now: Date;
  /** The StatefulSet as it is, if there is one. */
  readonly live: (Stamps & { readonly created?: string | undefined }) | undefined;
  /** Whether a restart would come at the wrong moment. */
  readonly isHeldBack: boolean;
};

export type RestartPlan = {
  readonly stamps: Stamps;
  readonly isDue: boolean;
  /** When the next one is due, in milliseconds from now. */
  readonly nextMs: number | undefined;
};

/** Restarting more often than this would leave no time to start. */
const SHORTEST_MS = 60_000;

/** By how much of the interval a restart may come early, so that instances made together do not restart together. */
const SPREAD = 0.1;

const DEFAULT_INTERVAL = '168h';

/** The interval between restarts; `undefined` when the text is no duration. */
export function intervalOf(text: string | undefined): number | undefined {
  return parseDuration(text ?? DEFAULT_INTERVAL);
}

/** Decides whether a restart is due, and which stamps say so. What is not due changes nothing. */
export function planRestart({ intervalMs, uid, now, live, isHeldBack }: RestartInput): RestartPlan {
  if (intervalMs <= 0) {
    const { lastRestart, trigger } = live ?? {};
    return { stamps: { lastRestart, trigger }, isDue: false, nextMs: undefined };
  }
  const interval = Math.max(SHORTEST_MS, intervalMs * (1 - SPREAD * fractionOf(uid)));
  const stamp = `${now.toISOString().slice(0, 19)}Z`;
  if (!live) {
    return { stamps: { lastRestart: stamp, trigger: stamp }, isDue: false, nextMs: interval };
  }
  const last = [live.lastRestart, live.trigger, live.created].find(isTime) ?? stamp;
  const leftMs = Date.parse(last) + interval - now.getTime();
  if (leftMs <= 0 && !isHeldBack) {
    return { stamps: { lastRestart: stamp, trigger: stamp }, isDue: true, nextMs: interval };
  }
  const nextMs = Math.max(leftMs, isHeldBack ? SHORTEST_MS : 0);
  return { stamps: { lastRestart: last, trigger: live.trigger }, isDue: false, nextMs };
}

function isTime(text: string | undefined): text is string {
  return text !== undefined && !Number.isNaN(Date.parse(text));
}

/** A number from 0 to 1 that an instance keeps. */
function fractionOf(uid: string): number {
  return createHash('sha256').update(uid).digest().readUInt32BE(0) / 2 ** 32;
}
