import { hostname } from 'node:os';
import { z } from 'zod';
import type { WebhookOptions } from './framework/framework.ts';

/** The environment variables that the operator reads, and nothing else in it reads any. */
const environmentSchema = z.object({
  HEARTH_NAMESPACES: z
    .string()
    .default('')
    .transform(listed)
    .describe('The namespaces to look after, separated by commas; all of them when empty.'),
  HEARTH_PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('The port of the health endpoints.'),
  HEARTH_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(8).describe('Objects of one kind at a time.'),
  HEARTH_TOTAL_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(4_096)
    .default(32)
    .describe('Objects of all kinds at a time.'),
  HEARTH_RUN_SECONDS: z.coerce
    .number()
    .min(1)
    .max(86_400)
    .default(120)
    .describe('How long one run may take before it is ended and counted as a failure.'),
  HEARTH_EXPLAIN: z
    .enum(['loopback', 'cluster', 'off'])
    .default('loopback')
    .describe('Who may ask /debug/explain: processes of the same pod, everybody who reaches the port, or nobody.'),
  HEARTH_RECHECK_SECONDS: z.coerce
    .number()
    .positive()
    .default(300)
    .describe('How often to look again at what lies outside the cluster.'),
  HEARTH_WEBHOOK_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('The port of the webhook; without it there is none.'),
  HEARTH_WEBHOOK_NAME: z
    .string()
    .min(1)
    .default('hearth-webhook')
    .describe('The name of the webhook: of its Service, its Secret and its configurations.'),
  HEARTH_WEBHOOK_HOSTS: z
    .string()
    .default('')
    .transform(listed)
    .describe('Further host names and addresses under which the API server calls the webhook, separated by commas.'),
  HEARTH_WEBHOOK_CERTIFICATES: z
    .enum(['own', 'provided'])
    .default('own')
    .describe('Whether Hearth makes the certificates of the webhook, or somebody else puts them into the Secret.'),
  HEARTH_WEBHOOK_CERTIFICATE_DAYS: z.coerce
    .number()
    .positive()
    .max(3_650)
    .default(90)
    .describe('How long a certificate of the webhook is good; it is replaced after two thirds of that.'),
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
  HEARTH_STOP_SECONDS: z.coerce
    .number()
    .min(1)
    .default(25)
    .describe('How long a stop may take; less than the terminationGracePeriodSeconds of the pod.'),
  HEARTH_IMAGE: z.string().optional().describe('The image of this operator, for Jobs that run a program of it.'),
  POD_NAME: z.string().default(hostname()).describe('The name of this process in events.'),
});

type Environment = z.output<typeof environmentSchema>;

/** The operator's configuration. */
export type Config = {
  readonly namespaces: readonly string[];
  readonly port: number;
  readonly concurrency: number;
  readonly totalConcurrency: number;
  readonly runDeadlineMs: number;
  readonly explain: 'loopback' | 'cluster' | 'off';
  readonly recheckMs: number;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly format: 'json' | 'text' };
  readonly instance: string;
  readonly stopMs: number;
  readonly webhook: WebhookOptions | undefined;
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
    totalConcurrency: variables.HEARTH_TOTAL_CONCURRENCY,
    runDeadlineMs: variables.HEARTH_RUN_SECONDS * 1000,
    explain: variables.HEARTH_EXPLAIN,
    recheckMs: variables.HEARTH_RECHECK_SECONDS * 1000,
    log: { level: variables.LOG_LEVEL, format: variables.LOG_FORMAT ?? (isTerminal ? 'text' : 'json') },
    instance: variables.POD_NAME,
    stopMs: variables.HEARTH_STOP_SECONDS * 1000,
    webhook: webhookOf(variables),
    image: variables.HEARTH_IMAGE || undefined,
    lease: leaseOf(variables.POD_NAMESPACE, variables.HEARTH_LEASE_SECONDS),
  };
}

function leaseOf(namespace: string | undefined, seconds: number): Config['lease'] {
  return namespace ? { namespace, name: 'hearth', durationMs: seconds * 1000 } : undefined;
}

const DAY_MS = 24 * 60 * 60_000;

function webhookOf(variables: Environment): WebhookOptions | undefined {
  const { HEARTH_WEBHOOK_PORT: port, POD_NAMESPACE: namespace } = variables;
  if (port === undefined) {
    return undefined;
  }
  if (!namespace) {
    throw new Error('HEARTH_WEBHOOK_PORT needs POD_NAMESPACE: the certificates of the webhook are kept there');
  }
  return {
    port,
    name: variables.HEARTH_WEBHOOK_NAME,
    namespace,
    hosts: variables.HEARTH_WEBHOOK_HOSTS,
    certificates: variables.HEARTH_WEBHOOK_CERTIFICATES,
    certificateMs: variables.HEARTH_WEBHOOK_CERTIFICATE_DAYS * DAY_MS,
  };
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
