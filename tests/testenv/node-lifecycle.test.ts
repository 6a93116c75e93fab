import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Machine, reasonAgainstNode } from '../../testenv/src/node-machine.ts';
import { hostRules, nodeMarks, nodeTraces } from '../../testenv/src/node-traces.ts';
import { startTestenv } from '../../testenv/src/testenv.ts';

const reason = reasonAgainstNode();
const suffix = reason === undefined ? '' : ` [skipped: ${reason}]`;

describe('the reason against profile node', () => {
  const able: Machine = { platform: 'linux', uid: 0, system: 'debian 12', missing: [], existingCluster: false };

  test('is none for root on Debian 12, where missing packages are installed', () => {
    expect(reasonAgainstNode(able)).toBeUndefined();
    expect(reasonAgainstNode({ ...able, missing: ['containerd'] })).toBeUndefined();
    expect(reasonAgainstNode({ ...able, system: 'ubuntu 24.04' })).toBeUndefined();
  });

  test('is one sentence that says what to do', () => {
    expect(reasonAgainstNode({ ...able, uid: 1000 })).toMatch(/needs root .*: use the simulated profile/);
    expect(reasonAgainstNode({ ...able, platform: 'darwin' })).toMatch(/needs Linux, and this is darwin: use/);
    expect(reasonAgainstNode({ ...able, existingCluster: true })).toContain('USE_EXISTING_CLUSTER=true');
    expect(reasonAgainstNode({ ...able, system: 'fedora 43', missing: ['runc', 'ctr'] })).toMatch(
      /needs runc, ctr, which are only installed for you on Debian 12, and this is fedora 43/,
    );
  });
});

describe.skipIf(reason !== undefined)(`nothing is left of a node${suffix}`, () => {
  test('when its parent is killed with SIGKILL, three times, two of them at once', async () => {
    const script = join(import.meta.dirname, '..', '..', 'testenv', 'node', 'leak-check.ts');
    const check = async (...args: string[]) => {
      const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
      return await new Promise<number | null>((resolve) => child.once('close', resolve));
    };
    expect(await Promise.all([check('2'), check('1')])).toEqual([0, 0]);
  }, 900_000);

  test('after an ordinary stop', async () => {
    const rules = hostRules();
    const testenv = await startTestenv({ profile: 'node', thirdParties: false });
    const marks = nodeMarks(testenv.dataDir, rules);
    expect(nodeTraces(marks).length).toBeGreaterThan(12);
    await testenv.stop();
    expect(nodeTraces(marks)).toEqual([]);
  });
});
