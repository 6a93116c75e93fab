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

/** How one component of an object is doing. */
const componentStatusSchema = z.object({
  name: z.string().min(1).max(63).describe('The component.'),
  ready: z.boolean().describe('Whether it works now.'),
  reason: z.string().max(1024).describe('One word for programs: why it is as it is.'),
  message: z.string().max(32768).describe('A sentence for people; empty when it is ready.'),
});

/** For the status of a kind that is made of components: spread it into the kind's own status fields. */
export const componentsStatus = {
  components: listMap(z.array(componentStatusSchema), ['name'])
    .optional()
    .describe('How each component is doing; those that are switched off are not listed.'),
};

const standardFields = {
  observedGeneration: z.int().min(0).optional().describe('The metadata.generation this status was computed for.'),
  conditions: listMap(z.array(conditionSchema), ['type'])
    .optional()
    .describe('The state of the object; Ready says whether it works now.'),
  lastHandledReconcileAt: z
    .string()
    .optional()
    .describe('The value of the annotation hearth.internal/reconcile-requested-at that the last run has seen.'),
};

/**
 * The status every kind has, with a kind's own fields beside it. A kind that declares one of the standard fields itself
 * keeps its own form of it.
 */
export function statusSchemaOf<Extra extends z.ZodRawShape = Record<never, never>>(extra?: z.ZodObject<Extra>) {
  return z.object({ ...standardFields, ...(extra?.shape ?? ({} as Extra)) });
}
