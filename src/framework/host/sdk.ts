import { createRequire } from 'node:module';

/**
 * The SDK's exports. Loaded by `require` because its default export is a property for Node and the module itself for
 * bundlers and test runners; `require` gives all of them the same object.
 */
export const sdk = createRequire(import.meta.url)('@dot-i/k8s-operator') as typeof import('@dot-i/k8s-operator');
