import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const INTEGRATION = [
  'tests/{integration,testenv,faults}/**/*.test.ts',
  'tests/*.integration.test.ts',
  'src/**/*.integration.test.ts',
];

const E2E = ['tests/e2e/*.test.ts', 'src/**/*.e2e.test.ts'];

// Hundreds of processes are started from the sources, and each would compile them and the client library anew.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node');

/** CI reads the numbers from a file; people read the terminal. */
const report = process.env['HEARTH_TEST_REPORT'];
const reporting = report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {};

/** A real kubelet: slower, and only for root on Debian, so it is asked for by name (`make test-node`). */
const NODE = 'tests/testenv/node-*.test.ts';

export default defineConfig({
  test: {
    ...reporting,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'tests/*.test.ts', 'tests/stand-ins/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...INTEGRATION, ...E2E, 'tests/postgres-server.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: [...INTEGRATION, 'tests/postgres-server.test.ts'],
          exclude: ['**/node_modules/**', NODE],
          globalSetup: ['tests/harness/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
        },
      },
      {
        test: {
          // Each runs commands in a copy of the repository, control planes among them: one after the other.
          name: 'copies',
          include: ['tests/copies/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: E2E,
          globalSetup: ['tests/e2e/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'node',
          include: [NODE],
          globalSetup: ['testenv/src/vitest-global-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
