import { z } from 'zod';
import { atMostOneOf, listMap } from '../../framework/framework.ts';

/**
 * No field of an item has a default in the CRD: `kubectl apply` replaces lists of custom resources as a whole, so it would
 * take every default that the server filled in for a difference, and say "configured" for ever.
 */
const fieldSchema = atMostOneOf(
  z.object({
    name: z
      .string()
      .min(1)
      .max(253)
      .regex(/^[-._a-zA-Z0-9]+$/)
      .describe('The key in the Secret: letters, digits, -, _ and . are allowed.'),
    value: z
      .string()
      .optional()
      .describe('A fixed value. It follows the spec, unlike generated ones: change it here and the Secret changes.'),
    template: z
      .string()
      .optional()
      .describe(
        'A text in which {{name}} stands for another field, and {{name|urlencode}} for its percent-encoded form. It may use generated and fixed fields, not other templates, and follows their values.',
      ),
    encoding: z
      .enum(['base64', 'base64url', 'hex', 'utf8', 'numeric', 'binary'])
      .optional()
      .describe(
        'The alphabet of a generated value, base64url by default: utf8 is printable ASCII, numeric is digits, binary is raw bytes.',
      ),
    length: z
      .int()
      .min(1)
      .max(65_536)
      .optional()
      .describe('The length of a generated value in characters, or bytes for binary; 32 by default.'),
  }),
  ['value', 'template'],
);

/** One key of the Secret. */
export type SecretField = z.output<typeof fieldSchema>;

export const generateSecretSpecSchema = z.object({
  fields: listMap(z.array(fieldSchema).min(1).max(256), ['name']).describe('The keys of the Secret, each name once.'),
  immutable: z
    .boolean()
    .default(false)
    .describe('Whether the Secret is immutable, so that the API server refuses every later change of its values.'),
  adopt: z
    .boolean()
    .default(false)
    .describe(
      'Whether a Secret of this name that Hearth did not make may be taken over. Its values stay, except for fixed ones and templates.',
    ),
  deletionPolicy: z
    .enum(['Delete', 'Retain'])
    .default('Delete')
    .describe('Whether the Secret is deleted with this object or stays.'),
});

export const generateSecretStatusSchema = z.object({
  secretName: z.string().optional().describe('The Secret that holds the values.'),
});
