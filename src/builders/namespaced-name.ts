import { z } from 'zod';

/** Names an object in some namespace. */
export type NamespacedName = { readonly namespace: string; readonly name: string };

/** A reference of the form `name` or `namespace/name`; without a namespace the referring object's own is meant. */
export function namespacedNameSchema(description: string): z.ZodString {
  return z
    .string()
    .max(317)
    .regex(/^([a-z0-9]([-a-z0-9]*[a-z0-9])?\/)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
    .describe(description);
}

/** Takes a reference apart. */
export function parseNamespacedName(reference: string, ownNamespace: string): NamespacedName {
  const [first = '', second] = reference.split('/');
  return second === undefined ? { namespace: ownNamespace, name: first } : { namespace: first, name: second };
}
