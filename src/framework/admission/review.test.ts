import { describe, expect, test } from 'vitest';
import { letterDefinition } from '../../../tests/harness/letter-kind.ts';
import { createLogger } from '../observe/logger.ts';
import { type AdmissionRequest, Reviewer } from './review.ts';

const logger = createLogger({ level: 'error', format: 'json' });
const reviewer = new Reviewer({ definitions: [{ ...letterDefinition, admittedReasons: ['Shortened'] }], logger });

const KIND = { group: 'homelab.mortenolsen.pro', version: 'v2', kind: 'Letter' };

function request(spec: unknown, more: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return { uid: 'u', kind: KIND, name: 'a', namespace: 'n', object: { spec }, ...more };
}

function patchOf(answer: { readonly patch?: string }): unknown {
  return answer.patch && JSON.parse(Buffer.from(answer.patch, 'base64').toString());
}

describe('a review', () => {
  test('allows what is right, and says no more', () => {
    expect(reviewer.validate(request({ recipients: ['ada'] }))).toEqual({ uid: 'u', allowed: true });
  });

  test('refuses what the kind finds wrong, and names object, field and remedy', () => {
    expect(reviewer.validate(request({ recipients: ['ada', 'ada'] }))).toEqual({
      uid: 'u',
      allowed: false,
      status: {
        code: 422,
        reason: 'Invalid',
        message: 'Letter n/a: spec.recipients names ada twice: name it once',
      },
    });
  });

  test('tells of every problem once', () => {
    const { status } = reviewer.validate(request({ recipients: ['a', 'b', 'a', 'b', 'a'] }));
    expect(status?.message).toBe(
      'Letter n/a: spec.recipients names a twice: name it once; spec.recipients names b twice: name it once',
    );
  });

  test('refuses what the schema does not accept, in the words of a run', () => {
    const { status } = reviewer.validate(request({ recipients: [] }));
    expect(status?.message).toBe('Letter n/a: spec.recipients must have at least 1 items');
  });

  test('warns of a problem that is admitted', () => {
    const oldObject = { spec: { recipients: ['a'], text: 'long' } };
    const answer = reviewer.validate(request({ recipients: ['a'], text: '' }, { oldObject }));
    expect(answer).toEqual({
      uid: 'u',
      allowed: true,
      warnings: ['Letter n/a: spec.text cannot become shorter: write another letter'],
    });
  });

  test('lets go on what was wrong before and is not changed, and what is being deleted', () => {
    const wrong = { recipients: ['a', 'a'] };
    expect(reviewer.validate(request(wrong, { oldObject: { spec: { ...wrong } } })).allowed).toBe(true);
    const deleted = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, spec: wrong };
    expect(reviewer.validate(request(wrong, { object: deleted })).allowed).toBe(true);
    expect(reviewer.validate(request(wrong, { oldObject: { spec: { recipients: ['a'] } } })).allowed).toBe(false);
  });

  test('is not made of a kind or version that is not ours, nor of a deletion', () => {
    const wrong = { recipients: ['a', 'a'] };
    expect(reviewer.validate(request(wrong, { kind: { ...KIND, version: 'v1' } })).allowed).toBe(true);
    expect(reviewer.validate(request(wrong, { kind: { ...KIND, group: 'other' } })).allowed).toBe(true);
    expect(reviewer.validate(request(wrong, { object: null })).allowed).toBe(true);
  });

  test('allows with a warning what our own code fails to check, and gives nothing away', () => {
    const answer = reviewer.validate(request({ recipients: ['a'], text: 'explode' }));
    expect(answer).toEqual({ uid: 'u', allowed: true, warnings: ['Letter n/a was not checked: see its conditions'] });
  });
});

describe('defaults', () => {
  test('are filled in by a patch', () => {
    const answer = reviewer.mutate(request({ recipients: ['ada'] }));
    expect(answer).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
    expect(patchOf(answer)).toEqual([{ op: 'add', path: '/spec', value: { recipients: ['ada'], subject: 'For ada' } }]);
  });

  test('need no patch where they are there, and are not made up for what will be refused', () => {
    expect(reviewer.mutate(request({ recipients: ['ada'], subject: 'x' }))).toEqual({ uid: 'u', allowed: true });
    expect(reviewer.mutate(request({ recipients: 'ada' }))).toEqual({ uid: 'u', allowed: true });
  });
});
