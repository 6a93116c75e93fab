import { defineConfig } from 'vitest/config';

const INTEGRATION = [
  'tests/{integration,testenv}/**/*.test.ts',
  'tests/*.integration.test.ts',
  'src/**/*.integration.test.ts',
];

/** CI reads the numbers from a file; people read the terminal. */
const report = process.env['HEARTH_TEST_REPORT'];
const reporting = report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {};

export default defineConfig({
  test: {
    ...reporting,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'tests/*.test.ts'],
          exclude: ['**/node_modules/**', ...INTEGRATION, 'tests/postgres-server.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: [...INTEGRATION, 'tests/postgres-server.test.ts'],
          globalSetup: ['tests/harness/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
        },
      },
    ],
  },
});
