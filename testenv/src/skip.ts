import { inject, type TestFunction, test } from 'vitest';
import { type Capability, reasonAgainst } from './capabilities.ts';

/**
 * Declares a test that needs capabilities of the control plane provided by the global setup. Where one is missing, the
 * test is skipped, and its name says why.
 *
 * @example testNeeding('faults')('the operator survives a restart of the apiserver', async () => { … });
 */
export function testNeeding(...needs: Capability[]): (name: string, body: TestFunction, timeoutMs?: number) => void {
  const reason = reasonAgainst(inject('testenv'), needs);
  return (name, body, timeoutMs) => {
    if (reason === undefined) test(name, body, timeoutMs);
    else test.skip(`${name} [skipped: ${reason}]`, body);
  };
}
