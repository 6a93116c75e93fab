import { z } from 'zod';
import { ConvexApi } from '../clients/convex/api.ts';
import { archivePaths } from '../clients/convex/archive.ts';
import type { ImportOptions } from '../clients/convex/import-snapshot.ts';

/** The environment of a Job of an upgrade, as the operator makes it. */
const environmentSchema = z.object({
  API_URL: z.url(),
  ADMIN_KEY: z.string().min(1),
  UPGRADE_ATTEMPT: z.string().default('1'),
  DATA_DIR: z.string().default('/data'),
  POLL_MS: z.coerce.number().int().min(1).default(2000),
  PART_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(16 * 2 ** 20),
});

/** What a program of the command line is given. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads what a Job is told.
 * @throws Error that names every variable that is wrong, and no value.
 */
export function readJob(environment: Environment, log: (line: string) => void): ImportOptions {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.'));
    throw new Error(`The environment is not right: ${[...new Set(names)].join(', ')}`);
  }
  const { API_URL, ADMIN_KEY, UPGRADE_ATTEMPT, DATA_DIR, POLL_MS, PART_BYTES } = parsed.data;
  return {
    api: new ConvexApi({ url: API_URL, adminKey: ADMIN_KEY }),
    paths: archivePaths(DATA_DIR),
    attempt: UPGRADE_ATTEMPT,
    pollMs: POLL_MS,
    partBytes: PART_BYTES,
    log,
  };
}
