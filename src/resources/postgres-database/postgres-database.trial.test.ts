import { expect, test } from 'vitest';
import { participants } from '../../../tests/faults/kinds.ts';

test('takes part in the fault matrix, with what it has on the server', () => {
  const entry = participants.find(({ kind }) => kind === 'PostgresDatabase')?.entry;
  expect(entry?.databaseOf?.('home', 'shop')).toBe('home_shop');
});
