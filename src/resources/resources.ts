import type { AnyDefinition } from '../framework/framework.ts';
import { generateSecretDefinition } from './generate-secret/generate-secret.ts';

/** Every kind that Hearth runs. */
export const definitions: readonly AnyDefinition[] = [generateSecretDefinition];
