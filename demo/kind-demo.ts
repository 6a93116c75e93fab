import type { Testenv } from '../testenv/src/testenv.ts';
import { kindParts } from '../tests/harness/kind-part.ts';

/** Where the demo plays. */
export type Stage = {
  readonly testenv: Testenv;
  /** Whether pods really run, or only in name. */
  readonly profile: 'node' | 'simulated';
};

/** What the demo shows of a kind: `<kind>.demo.ts` in the kind's directory exports one as `demo`. */
export type KindDemo = {
  /** The kind's plural, where its samples become Ready with what the demo has: they are waited for, and shown. */
  readonly ready?: string;
  /** Shows more, when the samples are there. */
  readonly show?: (stage: Stage) => Promise<void>;
  /** Commands that people may try next. */
  readonly next?: (stage: Stage) => readonly string[];
};

/** What all kinds have to show. */
export async function demosOfKinds(): Promise<readonly KindDemo[]> {
  return await kindParts<KindDemo>('demo');
}
