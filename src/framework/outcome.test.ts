import { describe, expect, test } from 'vitest';
import { UnknownKindError } from './api/discovery.ts';
import { ApiError, TransportError } from './api/errors.ts';
import { FieldConflictError } from './api/field-conflict.ts';
import { OwnershipError } from './api/ownership.ts';
import { RefusedError } from './api/refusal.ts';
import { InvalidSpecError, NotReadyError, type Trouble, troubleOf } from './outcome.ts';

describe('troubleOf', () => {
  test.each<{ name: string; thrown: unknown; trouble: Trouble }>([
    {
      name: 'waiting for somebody else is no failure',
      thrown: new NotReadyError('MissingSecret', 'Secret home/db does not exist'),
      trouble: { kind: 'waiting', reason: 'MissingSecret', message: 'Secret home/db does not exist' },
    },
    {
      name: 'waiting may say for how long',
      thrown: new NotReadyError('Booting', 'The server boots', { retryAfterMs: 0 }),
      trouble: { kind: 'waiting', reason: 'Booting', message: 'The server boots', retryAfterMs: 0 },
    },
    {
      name: 'a spec that cannot be met stalls',
      thrown: new InvalidSpecError('NoSuchVersion', 'Version 99 does not exist', { cause: new Error('404') }),
      trouble: { kind: 'stalled', reason: 'NoSuchVersion', message: 'Version 99 does not exist' },
    },
    {
      name: "somebody else's object stalls",
      thrown: new OwnershipError('Secret home/db is controlled by Domain x'),
      trouble: { kind: 'stalled', reason: 'OwnedByAnother', message: 'Secret home/db is controlled by Domain x' },
    },
    {
      name: 'an object that the server refuses stalls',
      thrown: new ApiError('PATCH /x', { code: 422, reason: 'Invalid', message: 'spec.selector: field is immutable' }),
      trouble: { kind: 'stalled', reason: 'Rejected', message: 'spec.selector: field is immutable' },
    },
    {
      name: 'a refusal that was put into words keeps its reason',
      thrown: new RefusedError('ImmutableField', 'Job home/x cannot be changed in spec.template'),
      trouble: { kind: 'stalled', reason: 'ImmutableField', message: 'Job home/x cannot be changed in spec.template' },
    },
    {
      name: 'a shared object that somebody else applies to stalls',
      thrown: new FieldConflictError({ apiVersion: 'v1', kind: 'Secret', name: 'x', namespace: 'home' }, [
        { field: 'data.a', manager: 'argocd', applies: true },
      ]),
      trouble: {
        kind: 'stalled',
        reason: 'FieldConflict',
        message:
          'Secret home/x is applied by "argocd" (data.a) too: take these fields out of what it applies, or take adopt back',
      },
    },
    {
      name: 'an object that was made anew is a lost race too',
      thrown: new ApiError('PATCH /x', { code: 422, details: { causes: [{ field: 'metadata.uid' }] } }),
      trouble: { kind: 'silent' },
    },
    {
      name: 'a kind that is not served is waited for',
      thrown: new UnknownKindError('The API server does not serve Widget of x/v1'),
      trouble: {
        kind: 'waiting',
        reason: 'ApiMissing',
        message: 'The API server does not serve Widget of x/v1',
        retryAfterMs: 60_000,
      },
    },
    {
      name: 'a lost race is nothing to tell of',
      thrown: new ApiError('PATCH /x', { code: 409, reason: 'Conflict', message: 'changed' }),
      trouble: { kind: 'silent' },
    },
    {
      name: 'an aborted wait is nothing to tell of',
      thrown: new DOMException('stopped', 'AbortError'),
      trouble: { kind: 'silent' },
    },
    {
      name: 'an aborted signal is nothing to tell of',
      thrown: AbortSignal.abort().reason,
      trouble: { kind: 'silent' },
    },
    {
      name: 'missing rights are a failure that says so',
      thrown: new ApiError('GET /x', { code: 403, reason: 'Forbidden', message: 'no' }),
      trouble: { kind: 'failed', reason: 'Forbidden', message: 'no' },
    },
    {
      name: 'an error of the server is a failure',
      thrown: new ApiError('GET /x', { code: 500 }),
      trouble: { kind: 'failed', reason: 'RequestFailed', message: 'GET /x: HTTP 500' },
    },
    {
      name: 'a busy server says when to come back',
      thrown: new ApiError('GET /x', { code: 429, details: { retryAfterSeconds: 7 } }),
      trouble: { kind: 'failed', reason: 'RequestFailed', message: 'GET /x: HTTP 429', retryAfterMs: 7_000 },
    },
    {
      name: 'a server out of reach is a failure that says so',
      thrown: new TransportError('GET /x: connect ECONNREFUSED'),
      trouble: { kind: 'failed', reason: 'ApiServerUnreachable', message: 'GET /x: connect ECONNREFUSED' },
    },
    {
      name: 'a deadline that has passed is a failure, not a shutdown',
      thrown: new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
      trouble: { kind: 'failed', reason: 'Failed', message: 'The operation was aborted due to timeout' },
    },
    {
      name: 'a mistake in our code is a failure',
      thrown: new TypeError('x is undefined'),
      trouble: { kind: 'failed', reason: 'Failed', message: 'x is undefined' },
    },
    { name: 'anything may be thrown', thrown: 'boom', trouble: { kind: 'failed', reason: 'Failed', message: 'boom' } },
  ])('$name', ({ thrown, trouble }) => {
    expect(troubleOf(thrown)).toStrictEqual(trouble);
  });
});

describe('the errors of kinds', () => {
  test('keep their cause and their reason', () => {
    const cause = new Error('connection refused');
    const waiting = new NotReadyError('Booting', 'The server boots', { cause });
    const invalid = new InvalidSpecError('Wrong', 'It is wrong', { cause });
    expect(waiting).toMatchObject({ name: 'NotReadyError', reason: 'Booting', cause, retryAfterMs: undefined });
    expect(invalid).toMatchObject({ name: 'InvalidSpecError', reason: 'Wrong', cause });
    expect([waiting instanceof Error, invalid instanceof Error]).toEqual([true, true]);
  });
});
