import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { reasonAgainst } from '../../testenv/src/capabilities.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { OPERATOR_USER } from '../harness/suite.ts';
import { World } from './world.ts';

const reason = reasonAgainst(inject('testenv'), ['faults', 'audit']);

describe.skipIf(reason)(`faults of the API server itself${reason ? ` [skipped: ${reason}]` : ''}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start('brutal');
    // Longer than any fault, for a process that cannot renew ends, and this one is to come through.
    await world.startOperator({ HEARTH_LEASE_SECONDS: '180' });
  });
  afterAll(async () => await world?.stop());

  /** Asks for the changes again and again: while the server is away, nobody can change anything. */
  const insist = async (disturb: () => Promise<void>) =>
    await eventually('the changes get through', async () => await disturb().then(() => true), { timeoutMs: 60_000 });

  test('it is killed and comes back', async () => {
    await world.withstands('API server killed', async ({ testenv }, disturb) => {
      await disturb(); // so that it finds the operator at work
      await testenv.kill('apiserver');
      await testenv.restart('apiserver');
    });
  });

  test('it answers nothing for half a minute, with all connections open', async () => {
    await world.withstands('API server paused for 30 s', async ({ testenv }, disturb) => {
      await testenv.pause('apiserver');
      const changes = insist(disturb);
      await delay(30_000); // the fault itself, not a wait for something
      await testenv.resume('apiserver');
      await changes;
    });
  });

  test('it forgets its history while watches are cut (410)', async () => {
    const mark = world.testenv.audit.mark();
    await world.withstands('410 after a cut watch', async ({ testenv, proxy }, disturb) => {
      proxy.cut();
      await disturb();
      await testenv.compact();
      await testenv.restart('apiserver'); // its own cache would still know the old revisions
      await testenv.restart('scheduler'); // it may overlook a pod that came meanwhile, and look again after five minutes
      proxy.heal();
    });
    const lists = world.testenv.audit.requests({ user: OPERATOR_USER, since: mark, resource: 'generatesecrets' });
    expect(lists.filter(({ verb, uri }) => verb === 'list' || uri.includes('sendInitialEvents'))).not.toEqual([]);
  });
});
