import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { type Material, nextStep, type RotationOptions } from './rotation.ts';

const DAY = 24 * 60 * 60_000;
const START = new Date('2026-03-01T00:00:00Z');
const options: RotationOptions = {
  name: 'hearth-webhook',
  hosts: ['hearth-webhook.hearth-system.svc', '127.0.0.1'],
  lifetimeMs: 90 * DAY,
};

const later = (ms: number) => new Date(START.getTime() + ms);

function made(now = START): Material {
  const step = nextStep(undefined, options, now);
  if (step.action !== 'write') {
    throw new Error('nothing was made');
  }
  return step.material;
}

const authoritiesIn = ({ authorities }: Material) =>
  authorities.split(/(?=-----BEGIN)/).map((pem) => new X509Certificate(pem));

/** Whether some client that trusts a bundle accepts what is served. */
function isTrusted(served: Material, bundle: Material, now: Date): boolean {
  const serving = new X509Certificate(served.certificate);
  const isCurrent = (each: X509Certificate) => each.validFromDate <= now && now < each.validToDate;
  return isCurrent(serving) && authoritiesIn(bundle).some((each) => isCurrent(each) && serving.verify(each.publicKey));
}

/** Every state that one Secret goes through in some years, with the time of each. */
function history(days: number): { readonly at: Date; readonly material: Material; readonly why: string }[] {
  const states = [{ at: START, material: made(), why: 'start' }];
  for (let at = START; at < later(days * DAY); ) {
    const current = states.at(-1)?.material;
    const step = nextStep(current, options, at);
    if (step.action === 'write') {
      states.push({ at, material: step.material, why: step.why });
    } else {
      expect(step.waitMs).toBeGreaterThan(0);
      at = new Date(at.getTime() + step.waitMs);
    }
  }
  return states;
}

describe('what is made at first', () => {
  test('is an authority, and a certificate for every host that it signed', () => {
    const material = made();
    const [authority] = authoritiesIn(material);
    const serving = new X509Certificate(material.certificate);
    expect(authority).toMatchObject({ ca: true });
    expect(serving.ca).toBe(false);
    expect(authority && serving.checkIssued(authority) && serving.verify(authority.publicKey)).toBe(true);
    expect(serving.checkHost('hearth-webhook.hearth-system.svc')).toBeDefined();
    expect(serving.checkIP('127.0.0.1')).toBeDefined();
    expect(serving.checkHost('kubernetes.default.svc')).toBeUndefined();
  });

  test('is waited with for two thirds of its life', () => {
    expect(nextStep(made(), options, START)).toEqual({ action: 'wait', waitMs: 60 * DAY });
  });

  test('is taken by a TLS client that trusts the authority, and by no other', async () => {
    const now = new Date();
    const [own, other] = [made(now), made(now)];
    const server = createServer({ key: own.key, cert: own.certificate }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const shake = async ({ authorities }: Material) => {
      const socket = connect({ port, host: '127.0.0.1', ca: authorities });
      const outcome: unknown = await once(socket, 'secureConnect').catch((error: unknown) => error);
      socket.destroy();
      return outcome;
    };
    try {
      expect(await shake(own)).toEqual([]);
      expect(await shake(other)).toBeInstanceOf(Error);
    } finally {
      server.close();
    }
  });
});

describe('over the years', () => {
  const states = history(4 * 365);

  test('both the authority and the certificate are replaced, again and again', () => {
    const count = (why: string) => states.filter((state) => state.why === why).length;
    expect(count('the authority was due')).toBeGreaterThanOrEqual(5);
    expect(count('the certificate was due')).toBeGreaterThanOrEqual(20);
    expect(states).toHaveLength(1 + count('the authority was due') + count('the certificate was due'));
  });

  test('whoever has the bundle of one step before or after trusts what is served', () => {
    for (const [index, { at, material }] of states.entries()) {
      const neighbours = [states[index - 1], { at, material }, states[index + 1]];
      for (const neighbour of neighbours) {
        expect(neighbour === undefined || isTrusted(material, neighbour.material, at)).toBe(true);
      }
    }
  });

  test('a new authority signs nothing before everybody had ten minutes to learn of it', () => {
    for (const [index, { at, why, material }] of states.entries()) {
      const next = states[index + 1];
      if (why === 'the authority was due' && next) {
        expect(material.certificate).toBe(states[index - 1]?.material.certificate);
        expect(next.at.getTime() - at.getTime()).toBeGreaterThanOrEqual(10 * 60_000);
      }
    }
  });

  test('authorities that have expired leave the bundle, so that it does not grow', () => {
    expect(Math.max(...states.map(({ material }) => authoritiesIn(material).length))).toBe(2);
  });
});

describe('material that cannot be used', () => {
  const material = made();

  test.each([
    ['has no certificates', { authorities: '', certificate: '' }],
    ['is no certificate', { authorities: 'rubbish' }],
    ['has the key of another authority', { authorityKey: made().authorityKey }],
    ['has no key of the authority', { authorityKey: '' }],
  ])('%s: everything is made anew', (_, change) => {
    const step = nextStep({ ...material, ...change }, options, START);
    expect(step).toMatchObject({ action: 'write', why: 'there was no authority that could be used' });
  });

  test.each([
    ['has the key of another certificate', { key: made().key }],
    ['has the certificate of another authority', made()],
  ])(
    '%s: the certificate is made anew, and the authority stays',
    (_, { key, certificate = material.certificate }: Partial<Material>) => {
      const step = nextStep({ ...material, key: key ?? '', certificate }, options, START);
      expect(step).toMatchObject({ action: 'write', why: 'there was no certificate that could be used' });
      expect(step.action === 'write' && step.material.authorities).toBe(material.authorities);
    },
  );

  test('a host that is new gets a certificate at once', () => {
    const step = nextStep(material, { ...options, hosts: [...options.hosts, 'localhost'] }, START);
    expect(
      step.action === 'write' && new X509Certificate(step.material.certificate).checkHost('localhost'),
    ).toBeTruthy();
  });

  test('after a long sleep the expired authority is replaced, and an unexpired one is kept', () => {
    const step = nextStep(material, options, later(400 * DAY));
    expect(step.action === 'write' && authoritiesIn(step.material)).toHaveLength(1);
    const lost = nextStep({ ...material, authorityKey: '' }, options, later(DAY));
    expect(lost.action === 'write' && authoritiesIn(lost.material)).toHaveLength(2);
  });
});
