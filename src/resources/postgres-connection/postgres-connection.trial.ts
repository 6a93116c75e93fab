import { expect } from 'vitest';
import { startPostgres } from '../../../testenv/src/postgres.ts';
import type { KindTrial } from '../../../tests/conformance/kind-trial.ts';
import { loginOf, secret } from '../../../tests/harness/postgres-login.ts';
import { postgresConnection } from './testing/connections.ts';

/** The Secret that the sample looks for in the namespace `postgres`; a trial has one namespace only. */
const LOGIN = 'postgres-secret';

export const trial: KindTrial = {
  surroundings: async () => {
    const server = await startPostgres();
    return { objects: [secret(LOGIN, loginOf(server))], stop: server.stop };
  },
  adapt: (sample, namespace) => ({ ...sample, spec: { secret: `${namespace}/${LOGIN}` } }),
  faults: {
    surroundings: (server) => [secret('db-login', loginOf(server))],
    manifest: (name, version) => {
      return postgresConnection(name, { secret: 'db-login', ...(version === 'changed' ? { sslMode: 'disable' } : {}) });
    },
    expectInLine: async (_suite, { status }) => {
      expect(status?.['serverVersion']).toBeTruthy();
    },
  },
};
