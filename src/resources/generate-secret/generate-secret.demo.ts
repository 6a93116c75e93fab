import type { KindDemo } from '../../../demo/kind-demo.ts';

export const demo: KindDemo = { ready: 'generatesecrets' };
