import { expect, test } from 'vitest';
import { pageOf, read, reasonsOf, tablesUnder, unionAfter, wordsIn } from '../../../tests/harness/pages.ts';
import { clientReasons, credentialsReasons } from '../postgres-connection/testing/login-reasons.ts';

const page = pageOf('PostgresDatabase');

test('the page has every reason of its server and of its administrator', () => {
  const renamed = (reason: string) => (reason === 'MissingSecret' ? 'MissingConnectionSecret' : reason);
  const expected = [...clientReasons, ...credentialsReasons.map(renamed)];
  expect(reasonsOf(page)).toEqual(expect.arrayContaining(expected));
});

test('the page has every event that tells of a change on the server', () => {
  const changes = unionAfter(read('src/clients/postgres/change.ts'), 'readonly change:');
  const events = wordsIn(tablesUnder(page, 'Events')[0]);
  expect(events).toEqual(expect.arrayContaining(changes));
});
