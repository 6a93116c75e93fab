import { describe, expect, test } from 'vitest';
import {
  ApiError,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  messageOf,
  TransportError,
} from './errors.ts';

const predicates = { isForbidden, isNotFound, isConflict, isGone, isInvalid };

describe('ApiError', () => {
  test('says what was asked and what the server answered', () => {
    const status = { code: 404, reason: 'NotFound', message: 'secrets "db" not found' };
    const error = new ApiError('GET /api/v1/namespaces/a/secrets/db', status);
    expect(error).toMatchObject({ name: 'ApiError', code: 404, reason: 'NotFound', status, retryAfterMs: undefined });
    expect(error.message).toBe('GET /api/v1/namespaces/a/secrets/db: secrets "db" not found');
  });

  test('says the status code when the server gave no message', () => {
    const error = new ApiError('GET /x', { code: 502 });
    expect(error.message).toBe('GET /x: HTTP 502');
    expect(error.reason).toBe('');
  });

  test.each([
    { name: 'the details of the status', seconds: 3, header: undefined, wanted: 3_000 },
    { name: 'the header', seconds: undefined, header: 2_000, wanted: 2_000 },
    { name: 'the details before the header', seconds: 3, header: 2_000, wanted: 3_000 },
    { name: 'zero seconds', seconds: 0, header: undefined, wanted: 0 },
  ])('knows when to retry from $name', ({ seconds, header, wanted }) => {
    const details = seconds === undefined ? {} : { details: { retryAfterSeconds: seconds } };
    expect(new ApiError('GET /x', { code: 429, ...details }, header).retryAfterMs).toBe(wanted);
  });
});

describe('predicates', () => {
  test.each([
    { code: 403, holds: ['isForbidden'] },
    { code: 404, holds: ['isNotFound'] },
    { code: 409, holds: ['isConflict'] },
    { code: 410, holds: ['isGone'] },
    { code: 422, holds: ['isInvalid'] },
    { code: 500, holds: [] },
  ])('of an error $code, $holds hold', ({ code, holds }) => {
    const error = new ApiError('GET /x', { code });
    const found = Object.entries(predicates).flatMap(([name, holdsFor]) => (holdsFor(error) ? [name] : []));
    expect(found).toEqual(holds);
  });

  test.each<{ name: string; thrown: unknown }>([
    { name: 'an error of the transport', thrown: new TransportError('refused') },
    { name: 'something that only looks like one', thrown: { code: 404 } },
    { name: 'nothing', thrown: undefined },
  ])('hold for no $name', ({ thrown }) => {
    expect(Object.values(predicates).some((holdsFor) => holdsFor(thrown))).toBe(false);
  });
});

describe('messageOf', () => {
  test.each<{ name: string; thrown: unknown; message: string }>([
    { name: 'an error', thrown: new TypeError('bad'), message: 'bad' },
    { name: 'a string', thrown: 'bad', message: 'bad' },
    { name: 'nothing', thrown: undefined, message: 'undefined' },
  ])('reads the message of $name', ({ thrown, message }) => {
    expect(messageOf(thrown)).toBe(message);
  });
});
