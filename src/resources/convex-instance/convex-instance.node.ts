import { buildConvexImage } from '../../../tests/e2e/images/convex.ts';
import type { KindOnNode } from '../../../tests/e2e/kind-on-node.ts';

/** The release that instances are upgraded to. */
export const NEXT = 'next';

export const node: KindOnNode = {
  images: [
    () => buildConvexImage('backend'),
    () => buildConvexImage('backend', { version: NEXT }),
    () => buildConvexImage('dashboard'),
  ],
};
