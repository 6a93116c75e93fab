import type { Access, LeaseName } from './lease-client.ts';
import type { Loss } from './lease-competition.ts';

/** What the thread that renews is started with. */
export type LeaseTask = {
  readonly lease: LeaseName;
  readonly durationMs: number;
  readonly identity: string;
  /** The memory of a LeaseClock. */
  readonly memory: SharedArrayBuffer;
};

/** What the thread that works says to the one that renews. */
export type ToRenewer =
  | { readonly type: 'access'; readonly access: Access }
  /** Stop, and give the lease back if it is held. */
  | { readonly type: 'release' };

/** What the thread that renews says to the one that works. */
export type ToWorker =
  /** Give me credentials; with `refused` the server did not accept the last ones. */
  | { readonly type: 'access wanted'; readonly refused: boolean }
  | { readonly type: 'leading' }
  | { readonly type: 'lost'; readonly loss: Loss }
  | { readonly type: 'released'; readonly error?: string }
  | { readonly type: 'warning'; readonly message: string; readonly error: string };
