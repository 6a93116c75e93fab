import { hostname } from 'node:os';
import { z } from 'zod';

/** The environment variables that the operator reads, and nothing else in it reads any. */
const environmentSchema = z.object({
  HEARTH_NAMESPACES: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .describe('The namespaces to look after, separated by commas; all of them when empty.'),
  HEARTH_PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('The port of the health endpoints.'),
  HEARTH_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(8).describe('Objects of one kind at a time.'),
  HEARTH_RECHECK_SECONDS: z.coerce
    .number()
    .positive()
    .default(300)
    .describe('How often to look again at what lies outside the cluster.'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  LOG_FORMAT: z.enum(['json', 'text']).optional().describe('json unless standard error is a terminal.'),
  POD_NAMESPACE: z
    .string()
    .optional()
    .describe('The namespace of the Lease that replicas compete for; without it there is no competition.'),
  HEARTH_LEASE_SECONDS: z.coerce
    .number()
    .min(1)
    .default(15)
    .describe('How long the Lease lasts without renewal, and so how long a replica that died is missed.'),
  HEARTH_IMAGE: z.string().optional().describe('The image of this operator, for Jobs that run a program of it.'),
  POD_NAME: z.string().default(hostname()).describe('The name of this process in events.'),
});

/** The operator's configuration. */
export type Config = {
  readonly namespaces: readonly string[];
  readonly port: number;
  readonly concurrency: number;
  readonly recheckMs: number;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly format: 'json' | 'text' };
  readonly instance: string;
  readonly image: string | undefined;
  readonly lease: { readonly namespace: string; readonly name: string; readonly durationMs: number } | undefined;
};

/**
 * Reads the configuration from environment variables.
 * @throws Error that names every variable that is wrong.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>, isTerminal: boolean): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`The environment is not right: ${problems.join('; ')}`);
  }
  const variables = parsed.data;
  return {
    namespaces: variables.HEARTH_NAMESPACES,
    port: variables.HEARTH_PORT,
    concurrency: variables.HEARTH_CONCURRENCY,
    recheckMs: variables.HEARTH_RECHECK_SECONDS * 1000,
    log: { level: variables.LOG_LEVEL, format: variables.LOG_FORMAT ?? (isTerminal ? 'text' : 'json') },
    instance: variables.POD_NAME,
    image: variables.HEARTH_IMAGE || undefined,
    lease: leaseOf(variables.POD_NAMESPACE, variables.HEARTH_LEASE_SECONDS),
  };
}

function leaseOf(namespace: string | undefined, seconds: number): Config['lease'] {
  return namespace ? { namespace, name: 'hearth', durationMs: seconds * 1000 } : undefined;
}
