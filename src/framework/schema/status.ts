import { z } from 'zod';
import { listMap } from './fields.ts';

/**
 * One condition, as `metav1.Condition`. Only `type` and `status` are required by the schema, although Hearth always writes
 * every field: objects that an older operator wrote must stay writable.
 */
export const conditionSchema = z.object({
  type: z.string().min(1).max(316).describe('What this condition is about, for example Ready.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
  reason: z.string().max(1024).optional().describe('One word for programs: why the condition has this status.'),
  message: z.string().max(32768).optional().describe('A sentence for people: why the condition has this status.'),
  lastTransitionTime: z
    .string()
    .meta({ format: 'date-time' })
    .optional()
    .describe('When the status of this condition last changed.'),
  observedGeneration: z.int().min(0).optional().describe('The metadata.generation this condition was computed for.'),
});

const standardFields = {
  observedGeneration: z.int().min(0).optional().describe('The metadata.generation this status was computed for.'),
  conditions: listMap(z.array(conditionSchema), ['type'])
    .optional()
    .describe('The state of the object; Ready says whether it works now.'),
};

/**
 * The status every kind has, with a kind's own fields beside it. A kind that declares `conditions` or `observedGeneration`
 * itself keeps its own form of them.
 */
export function statusSchemaOf<Extra extends z.ZodRawShape = Record<never, never>>(extra?: z.ZodObject<Extra>) {
  return z.object({ ...standardFields, ...(extra?.shape ?? ({} as Extra)) });
}
