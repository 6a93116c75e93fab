import * as namespace from '@dot-i/k8s-operator';

/** What the SDK exports. */
type Sdk = typeof namespace.default;

/**
 * The SDK's exports. It is a CommonJS module whose class is the property `default` of what it exports: Node and bundlers
 * hand out that whole object as the default import, test runners the class itself.
 */
export const sdk: Sdk = 'default' in namespace.default ? namespace.default : (namespace as unknown as Sdk);
