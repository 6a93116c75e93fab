import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstLetterSchema, letterDefinition, letterSchema } from '../../../tests/harness/letter-kind.ts';
import { lossyRoundTrips } from '../../../tests/harness/round-trips.ts';
import { convert } from './conversion.ts';

const GROUP = 'homelab.mortenolsen.pro';

function review(desired: string, ...objects: readonly { readonly apiVersion: string; readonly spec?: unknown }[]) {
  return convert([letterDefinition], {
    uid: 'u',
    desiredAPIVersion: desired,
    objects: objects.map((object) => ({ kind: 'Letter', metadata: { name: 'a' }, status: { sent: 'x' }, ...object })),
  });
}

describe('a conversion', () => {
  test('turns specs over, in both directions, and leaves the rest alone', () => {
    const old = { apiVersion: `${GROUP}/v1`, spec: { to: 'ada,bob', text: 'hi' } };
    const current = { apiVersion: `${GROUP}/v2`, spec: { recipients: ['ada', 'bob'], text: 'hi' } };
    const rest = { kind: 'Letter', metadata: { name: 'a' }, status: { sent: 'x' } };
    expect(review(`${GROUP}/v2`, old, current).convertedObjects).toEqual([
      { ...current, ...rest },
      { ...current, ...rest },
    ]);
    expect(review(`${GROUP}/v1`, current)).toEqual({
      uid: 'u',
      convertedObjects: [{ ...old, ...rest }],
      result: { status: 'Success' },
    });
  });

  test.each([
    ['a version that is not declared', `${GROUP}/v3`, 'Letter has no version v3'],
    ['a group that is not ours', 'other.example.com/v1', 'cannot be converted to other.example.com/v1'],
  ])('of %s fails and says why', (_, desired, message) => {
    const { result, convertedObjects } = review(desired, { apiVersion: `${GROUP}/v2`, spec: { recipients: ['a'] } });
    expect(result).toEqual({ status: 'Failed', message: expect.stringContaining(message) });
    expect(convertedObjects).toEqual([]);
  });

  test('of one object that fails fails for all, as the API server wants it', () => {
    const objects = [
      { apiVersion: `${GROUP}/v1`, spec: { to: 'a' } },
      { apiVersion: `${GROUP}/v1`, spec: {} },
    ];
    expect(review(`${GROUP}/v2`, ...objects).result.status).toBe('Failed');
  });
});

describe('round trips', () => {
  const [version] = letterDefinition.olderVersions ?? [];
  if (!version) {
    throw new Error('the kind has an older version');
  }
  const name = fc.stringMatching(/^[a-z ]{1,20}$/);
  const rest = { subject: fc.string(), text: fc.string() };
  const specs = {
    older: fc.record(
      { to: fc.array(name, { minLength: 1, maxLength: 16 }).map((all) => all.join(',')), ...rest },
      { requiredKeys: ['to'] },
    ),
    current: fc.record(
      { recipients: fc.array(name, { minLength: 1, maxLength: 16 }), ...rest },
      { requiredKeys: ['recipients'] },
    ),
  };
  const schemas = { older: firstLetterSchema, current: letterSchema };

  test('lose nothing for any spec', () => {
    expect(lossyRoundTrips({ version, schemas, specs })).toBeUndefined();
  });

  test('that lose something are found, with the spec that shows it', () => {
    const forgetful = {
      ...version,
      fromCurrent: ({ recipients }: { recipients: string[] }) => ({ to: recipients[0] }),
    };
    const found = lossyRoundTrips({ version: forgetful, schemas, specs });
    expect(found).toMatch(/^older → current → older: \{.*,/);
  });
});
