import type { TestProject } from 'vitest/node';
import { startTestenv, type TestenvHandle } from './testenv.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Pass it to `attachTestenv`. */
    testenv: TestenvHandle;
  }
}

/** Starts one control plane for the whole test run. A run without one must not look green, so a failure is one. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const testenv = await startTestenv();
  project.provide('testenv', testenv.handle);
  return () => testenv.stop();
}
