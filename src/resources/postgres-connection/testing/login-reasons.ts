import { read, unionAfter } from '../../../../tests/harness/pages.ts';

/** A password that PostgreSQL would not take is made anew before it gets there. */
const NEVER_SHOWN = ['InvalidPassword'];

/** Every reason of the PostgreSQL client that people can see. */
export const clientReasons = unionAfter(
  read('src/clients/postgres/errors.ts'),
  'export type PostgresErrorReason =',
).filter((reason) => !NEVER_SHOWN.includes(reason));
/** Every reason for which the Secret with the login is not one. */
export const credentialsReasons = unionAfter(read('src/clients/postgres/credentials.ts'), 'readonly reason:');
