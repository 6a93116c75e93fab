import { expect, test } from 'vitest';
import { pageOf, read, reasonsOf, tablesUnder, wordsIn } from '../../../tests/harness/pages.ts';

test('the page has every condition, and every reason that it gives', () => {
  const source = read('src/resources/convex-instance/convex-instance.status.ts');
  const words = [...source.matchAll(/(?:reason|ready|off|failed)(?::| =) '([A-Z][A-Za-z]+)'/g)].map(([, word]) => word);
  expect(words).toEqual(expect.arrayContaining(['ValidationFailed', 'WaitingForGateway', 'PVCError', 'NotApplicable']));
  const page = pageOf('ConvexInstance');
  expect(reasonsOf(page)).toEqual(expect.arrayContaining([...new Set(words)]));
  const [, list = ''] = source.split('export const CONDITIONS = [');
  const conditions = [...(list.split(']')[0] ?? '').matchAll(/'([A-Za-z]+)'/g)].map(([, word = '']) => word);
  expect(conditions).toHaveLength(13);
  expect(tablesUnder(page, 'Conditions and reasons').flatMap((table) => wordsIn(table))).toEqual(
    expect.arrayContaining(conditions),
  );
});
