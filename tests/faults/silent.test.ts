import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import { reasonAgainst } from '../../testenv/src/capabilities.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { participants } from './kinds.ts';
import { type Inflict, World } from './world.ts';

const reason = reasonAgainst(inject('testenv'), ['faults', 'audit']);

// A file of its own: it takes as long as a silent connection is borne, and nothing else happens meanwhile.
describe.skipIf(reason)(`a network that swallows everything${reason ? ` [skipped: ${reason}]` : ''}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start('silent');
    await world.startOperator({ HEARTH_LEASE_SECONDS: '180' });
  });
  afterAll(async () => await world?.stop());

  test('connections stay open for ever, and nothing arrives on them', async () => {
    const silence: Inflict = async ({ proxy }, disturb) => {
      proxy.silence();
      await disturb();
      await eventually('news of every kind are swallowed', () => proxy.felt > 2 * participants.length);
      proxy.heal();
    };
    // A silent watch is borne for a hundred seconds: the server says something once a minute.
    await world.withstands('Half-open connections', silence, { patienceMs: 200_000 });
  }, 240_000);
});
