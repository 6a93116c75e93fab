import { createCustomResourceDefinition } from '../../framework/framework.ts';
import { GROUP } from '../group.ts';
import { templateProblems } from './generate-secret.input.ts';
import { GenerateSecretResource } from './generate-secret.resource.ts';
import { generateSecretSpecSchema, generateSecretStatusSchema } from './generate-secret.schemas.ts';

/** GenerateSecret: random, fixed and composed values in a Secret, made once and kept. */
export const generateSecretDefinition = createCustomResourceDefinition({
  group: GROUP,
  version: 'v1',
  kind: 'GenerateSecret',
  names: {
    plural: 'generatesecrets',
    singular: 'generatesecret',
    shortNames: ['generate-secrets'],
    categories: ['hearth'],
  },
  description: 'Generates values once and keeps them in a Secret of the same name.',
  spec: generateSecretSpecSchema,
  status: generateSecretStatusSchema,
  printerColumns: [{ name: 'Secret', type: 'string', jsonPath: '.status.secretName' }],
  parts: ['SecretUpdated'],
  validate: ({ fields }) => templateProblems(fields),
  rights: [{ resource: 'secrets', deeds: ['read', 'watch', 'apply'], because: 'The Secret that holds the values' }],
  create: (options) => new GenerateSecretResource(options),
});
