import type { Change } from './change.ts';
import { type Connect, type Connection, type ConnectOptions, readServerFacts, withConnection } from './connect.ts';
import { ensureContents, newContents } from './contents.ts';
import { claimDatabase, readDatabase, writeDatabase } from './database.ts';
import { readingOnly } from './dry-run.ts';
import { isPostgresError, PostgresError } from './errors.ts';
import { checkIdentifier } from './identifiers.ts';
import { lockName, retryRaces } from './lock.ts';
import type { Claimant } from './ownership.ts';
import { claimRole, readRole, setPassword, writeRole } from './role.ts';
import { scramVerifier } from './scram.ts';
import { type Password, type PostgresServer, revealPassword } from './server.ts';

/** One application's database and its owner. */
export type ProvisionRequest = {
  readonly database: string;
  readonly role: string;
  readonly password: Password;
  readonly claimant: Claimant;
  /** Take a role and a database that Hearth did not make. Default false. */
  readonly adopt?: boolean;
  readonly extensions?: readonly string[];
  readonly schemas?: readonly string[];
};

/** Options of the calls that administer a server. */
export type AdminOptions = ConnectOptions & {
  /** Opens connections; another one only in tests. */
  readonly connect?: Connect;
};

/** Options of {@link provisionDatabase}. */
export type ProvisionOptions = AdminOptions & {
  /** Change nothing, and return what would be changed. Of a database that does not exist, that is everything inside it. */
  readonly dryRun?: boolean;
};

/**
 * Whether the password is the one the role has, tried by a login. Only a proof counts: a server that lets this role log in from
 * elsewhere only (pg_hba) answers no.
 */
async function passwordWorks(
  admin: PostgresServer,
  request: ProvisionRequest,
  options: AdminOptions,
): Promise<boolean> {
  const { connect = withConnection, ...rest } = options;
  const login = { ...admin, user: request.role, password: request.password };
  try {
    await connect(login, async () => {}, rest);
    return true;
  } catch (error) {
    if (isPostgresError(error, 'AuthenticationFailed') || isPostgresError(error, 'TLSRequired')) {
      return false;
    }
    // These come after the password was accepted: the role may not enter the maintenance database.
    if (isPostgresError(error, 'PermissionDenied') || isPostgresError(error, 'UnknownDatabase')) {
      return true;
    }
    throw error;
  }
}

type Prepared = { readonly verifier: string; readonly passwordIsSet: () => Promise<boolean> };

/** Everything that all databases of the server share: first read and decide it all, so that a conflict leaves no trace. */
async function provisionShared(
  connection: Connection,
  request: ProvisionRequest,
  { verifier, passwordIsSet }: Prepared,
): Promise<readonly Change[]> {
  const wanted = { ...request, adopt: request.adopt ?? false };
  await lockName(connection, request.database);
  const facts = await readServerFacts(connection);
  const role = await readRole(connection, request.role, facts);
  const database = await readDatabase(connection, request.database);
  const ofRole = claimRole(role, wanted);
  const ofDatabase = claimDatabase(database, wanted);
  if (typeof ofDatabase === 'object') {
    throw new PostgresError('Conflict', ofDatabase.conflict);
  }
  const changes = [...(await writeRole(connection, wanted, { role, claim: ofRole, facts, verifier }))];
  if (role !== undefined && !(await passwordIsSet())) {
    changes.push(...(await setPassword(connection, request.role, verifier)));
  }
  changes.push(...(await writeDatabase(connection, wanted, { database, claim: ofDatabase })));
  return changes;
}

/**
 * Makes sure that a database and the role that owns it exist, that the role's password is this one, and that extensions and
 * schemas are there. `admin` is a superuser or a role with CREATEROLE and CREATEDB. Idempotent and safe to cut off anywhere:
 * every call goes on from what is there. Once everything is right a call writes nothing and returns an empty list.
 *
 * @throws PostgresError; `Conflict` when role or database are somebody else's, see `decideClaim`; nothing is changed then, nor
 * for an invalid name or password.
 */
export async function provisionDatabase(
  admin: PostgresServer,
  request: ProvisionRequest,
  { dryRun = false, ...given }: ProvisionOptions = {},
): Promise<readonly Change[]> {
  const options = dryRun ? { ...given, connect: readingOnly(given.connect) } : given;
  const { connect = withConnection, ...rest } = options;
  const { role, extensions = [], schemas = [] } = request;
  for (const name of [request.database, role, ...extensions, ...schemas]) {
    checkIdentifier(name);
  }
  const verifier = scramVerifier(revealPassword(request.password));
  const prepared = { verifier, passwordIsSet: () => passwordWorks(admin, request, options) };
  return retryRaces(async () => {
    const shared = await connect(admin, (connection) => provisionShared(connection, request, prepared), rest);
    if (extensions.length + schemas.length === 0) {
      return shared;
    }
    if (dryRun && shared.some(({ change }) => change === 'CreatedDatabase')) {
      return [...shared, ...newContents({ role, extensions, schemas })];
    }
    const inside = { ...admin, database: request.database };
    const contents = await connect(
      inside,
      async (connection) => {
        await lockName(connection, request.database);
        return await ensureContents(connection, { role, extensions, schemas });
      },
      rest,
    );
    return [...shared, ...contents];
  });
}
