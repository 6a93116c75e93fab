import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Claim,
  type Claimant,
  decideClaim,
  formatOwnership,
  type Holding,
  ownershipOf,
  parseOwnership,
  type Recorded,
} from './ownership.ts';

const me: Claimant = { cluster: 'c1', namespace: 'dev', name: 'app', uid: 'u1' };
const mine = ownershipOf(me);
const other = ownershipOf({ ...me, name: 'other', uid: 'u9' });
const abroad = ownershipOf({ ...me, cluster: 'c2' });

const found = (record: Recorded, more: Partial<Holding> = {}): Holding => ({
  kind: 'database',
  name: 'x',
  exists: true,
  record,
  ...more,
});
const conflict = (text: string): Claim => ({ conflict: `database "x" ${text}` });

/** What is found, what it gives without adopting, and with. */
type Case = [string, Holding, [Claim, Claim]];
test.each<Case>([
  ['nothing there', found(undefined, { exists: false }), ['create', 'create']],
  ['our own', found(mine), ['ours', 'ours']],
  ['the same object under an older uid', found({ ...mine, uid: 'u0' }), ['reclaim', 'reclaim']],
  ['what we released', found({ ...mine, released: true }), ['reclaim', 'reclaim']],
  [
    'another object',
    found(other),
    [conflict('is held by PostgresDatabase dev/other'), conflict('is held by PostgresDatabase dev/other')],
  ],
  [
    'what another object released',
    found({ ...other, released: true }),
    [conflict('was kept by PostgresDatabase dev/other'), 'adopt'],
  ],
  ['another cluster', found(abroad), [conflict('is held by PostgresDatabase dev/app of another cluster'), 'adopt']],
  [
    'what another cluster released',
    found({ ...abroad, released: true }),
    [conflict('was kept by PostgresDatabase dev/app of another cluster'), 'adopt'],
  ],
  ['no record', found(undefined), [conflict('exists and was not made by Hearth'), 'adopt']],
  ['somebody else’s comment', found('foreign'), [conflict('exists and was not made by Hearth'), 'adopt']],
  ['no record, but our own role owns it', found(undefined, { ownedByClaimant: true }), ['ours', 'ours']],
  ['a forged record on a database that our own role owns', found(other, { ownedByClaimant: true }), ['ours', 'ours']],
])('%s', (_name, holding, [plain, adopting]) => {
  expect(decideClaim(holding, me, { adopt: false })).toEqual(plain);
  expect(decideClaim(holding, me, { adopt: true })).toEqual(adopting);
});

const text = fc.string({ minLength: 1 });
const claimants = fc.record({ cluster: text, namespace: text, name: text, uid: text });

test('a record survives being written and read', () => {
  fc.assert(
    fc.property(claimants, fc.boolean(), (claimant, released) => {
      const record = released ? { ...ownershipOf(claimant), released: true as const } : ownershipOf(claimant);
      expect(parseOwnership(formatOwnership(record))).toEqual(record);
    }),
  );
});

test('two objects can never both hold one thing without adopting', () => {
  fc.assert(
    fc.property(claimants, claimants, (holder, claimant) => {
      fc.pre(
        holder.name !== claimant.name || holder.namespace !== claimant.namespace || holder.cluster !== claimant.cluster,
      );
      const claim = decideClaim(found(ownershipOf(holder)), claimant, { adopt: false });
      expect(claim).toHaveProperty('conflict');
    }),
  );
});

test.each([null, undefined, ''])('%j is no record', (comment) => {
  expect(parseOwnership(comment)).toBeUndefined();
});

test.each([
  'our main database',
  '{}',
  'null',
  '[]',
  '"hearth"',
  '{"managedBy":"hearth"}',
  '{"managedBy":"other","cluster":"c","namespace":"n","name":"n","uid":"u"}',
  '{"managedBy":"hearth","cluster":"","namespace":"n","name":"n","uid":"u"}',
  '{"managedBy":"hearth","cluster":1,"namespace":"n","name":"n","uid":"u"}',
])('%s is foreign', (comment) => {
  expect(parseOwnership(comment)).toBe('foreign');
});

test('any other comment is foreign or nothing, never ours', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (comment) => typeof parseOwnership(comment) !== 'object'));
});
