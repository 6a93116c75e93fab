import { expect, test } from 'vitest';
import { pageOf, reasonsOf } from '../../../tests/harness/pages.ts';
import { clientReasons, credentialsReasons } from './testing/login-reasons.ts';

/** Reasons of the PostgreSQL client that only making a database can have. */
const OF_DATABASES = ['ExtensionUnavailable', 'InvalidName', 'UnsafeRole', 'Conflict'];

test('the page has every reason of a failed login', () => {
  const expected = [...clientReasons.filter((reason) => !OF_DATABASES.includes(reason)), ...credentialsReasons];
  expect(reasonsOf(pageOf('PostgresConnection'))).toEqual(expect.arrayContaining(expected));
});
