import type { BuiltImage } from '../../testenv/src/operator-image.ts';

/** What a real node needs for a kind's pods: `<kind>.node.ts` in the kind's directory exports one as `node`. */
export type KindOnNode = {
  /** Each builds one image, or finds it built, for nothing is pulled. */
  readonly images: readonly (() => Promise<BuiltImage>)[];
};
