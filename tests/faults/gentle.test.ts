import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { reasonAgainst } from '../../testenv/src/capabilities.ts';
import { eventually } from '../../testenv/src/wait.ts';
import type { Fault } from '../harness/fault-proxy.ts';
import { participants } from './kinds.ts';
import { identityIn, World } from './world.ts';

test('kinds take part; one that has something outside the cluster looks for itself that it does', () => {
  expect(participants.map(({ kind }) => kind)).toContain('GenerateSecret');
});

const reason = reasonAgainst(inject('testenv'), ['faults', 'audit']);

const isWrite = (method: string) => method !== 'GET';

describe.skipIf(reason)(`faults between operator and API server${reason ? ` [skipped: ${reason}]` : ''}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start('gentle');
    // Longer than any fault, for a process that cannot renew ends, and this one is to come through.
    await world.startOperator({ HEARTH_LEASE_SECONDS: '180' });
  });
  afterAll(async () => await world?.stop());

  /** A fault of the proxy that lasts until it has been felt so many times for each kind. */
  const withstandsProxy = async (name: string, fault: Fault, timesEach: number) =>
    await world.withstands(name, async ({ proxy }, disturb) => {
      proxy.inflict(fault);
      await disturb();
      await eventually('the fault is felt', () => proxy.felt, {
        until: (felt) => felt >= timesEach * participants.length,
        timeoutMs: 90_000,
      });
      proxy.heal();
    });

  const answers = (code: number, retryAfterSeconds?: number): Fault => {
    const reaction = { type: 'answer', code, ...(retryAfterSeconds ? { retryAfterSeconds } : {}) } as const;
    return ({ method, isWatch }) => (isWrite(method) || (code !== 409 && !isWatch) ? reaction : undefined);
  };

  test('every write is a conflict (409)', async () => await withstandsProxy('409 to every write', answers(409), 5));
  test('too many requests (429)', async () => await withstandsProxy('429 to every call', answers(429, 1), 3));
  test('the server fails (500)', async () => await withstandsProxy('500 to every call', answers(500), 5));
  test('the server is not there (503)', async () => {
    await withstandsProxy('503 to every request', () => ({ type: 'answer', code: 503 }), 5);
  });

  test('every call takes two seconds', async () => {
    const slow: Fault = ({ isWatch }) => (isWatch ? undefined : { type: 'delay', ms: 2_000 });
    await withstandsProxy('2 s for every call', slow, 3);
  });

  test('watches break off in the middle of a line', async () => {
    await world.withstands('Watch cut in a line', async ({ proxy }, disturb) => {
      proxy.breakLines();
      await disturb();
      await eventually('lines are broken', () => proxy.felt >= 6);
      proxy.heal();
    });
  });

  test('all connections are cut and refused', async () => {
    await world.withstands('Connections cut', async ({ proxy }, disturb) => {
      proxy.cut();
      await disturb();
      await eventually('connections are refused', () => proxy.felt >= 3);
      proxy.heal();
    });
  });

  test('the token expires, and is renewed later', async () => {
    await world.withstands('Token expired', async ({ proxy }, disturb) => {
      let valid = 'none';
      proxy.inflict(({ authorization }) => {
        return authorization === `Bearer ${valid}` ? undefined : { type: 'answer', code: 401 };
      });
      await disturb();
      await eventually('requests are refused', () => proxy.felt >= 4);
      valid = await world.renewToken();
    });
    world.proxy.heal();
  });

  test('the server shows a certificate of a new authority, which is made known later', async () => {
    await world.withstands('CA rotated', async ({ proxy, folder }, disturb) => {
      const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
      const files = ['-keyout', join(folder, 'next.key'), '-out', join(folder, 'next.crt')];
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
      execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...subject, ...files], { stdio: 'pipe' });
      const identity = identityIn(folder, 'next');
      proxy.show(identity);
      await disturb();
      await eventually('the certificate is not trusted', () => proxy.felt >= 2);
      world.replaceFile('ca.crt', identity.cert);
    });
  });

  test('another holder takes the lease by force', async () => {
    await world.suite.stopOperator();
    const env = { HEARTH_LEASE_SECONDS: '5' };
    await world.startOperator(env);
    await world.withstands(
      'Lease taken by force',
      async ({ suite }, disturb) => {
        const spec = { holderIdentity: 'robber', leaseDurationSeconds: 1, renewTime: null };
        const patch = JSON.stringify({ spec });
        await suite.kubectl('patch', 'lease', 'hearth', '-n', 'hearth-system', '--type=merge', '-p', patch);
        expect(await suite.operator.exited).toBe(1);
        await disturb();
        await world.startOperator(env); // what a kubelet does
      },
      { newProcess: true },
    );
  });

  test('however many objects there were at its starts, it never had more calls under way than its few connections', () => {
    const [pool, lease] = [8, 1];
    expect(world.proxy.mostCalls).toBeGreaterThan(1);
    expect(world.proxy.mostCalls).toBeLessThanOrEqual(pool + lease);
  });
});
