import type { Change } from './change.ts';
import { type Connect, type Connection, readServerFacts, type ServerFacts, withConnection } from './connect.ts';
import { claimDatabase, type DatabaseFacts, readDatabase } from './database.ts';
import { identifierProblem, quoteIdentifier, quoteLiteral } from './identifiers.ts';
import { lockName, retryRaces } from './lock.ts';
import { type Claimant, decideClaim, formatOwnership, ownershipOf } from './ownership.ts';
import type { AdminOptions } from './provision.ts';
import { ensureControl, type RoleFacts, readRole } from './role.ts';
import type { PostgresServer } from './server.ts';

/** Which role and database to give up, and who gives them up. */
export type DropRequest = { readonly database: string; readonly role: string; readonly claimant: Claimant };

/** `kept` says in a sentence each what was left alone, because it is not the claimant's. */
export type DropResult = { readonly changes: readonly Change[]; readonly kept: readonly string[] };

/** Nothing can exist under a name that PostgreSQL does not take; deleting it must end all the same. */
function cannotExist({ database, role }: DropRequest): boolean {
  return identifierProblem(database) !== undefined || identifierProblem(role) !== undefined;
}

const nothing: DropResult = { changes: [], kept: [] };

type Found = {
  readonly facts: ServerFacts;
  readonly role: RoleFacts | undefined;
  readonly database: DatabaseFacts | undefined;
  readonly kept: readonly string[];
};

/** What is there and belongs to the claimant; the rest is explained in `kept`. */
async function findOwn(connection: Connection, request: DropRequest): Promise<Found> {
  await lockName(connection, request.database);
  const facts = await readServerFacts(connection);
  const role = await readRole(connection, request.role, facts);
  const database = await readDatabase(connection, request.database);
  const ofRole = decideClaim(
    { kind: 'role', name: request.role, exists: role !== undefined, record: role?.record },
    request.claimant,
    { adopt: false },
  );
  const ofDatabase = claimDatabase(database, { ...request, adopt: false });
  return {
    facts,
    role: typeof ofRole === 'object' ? undefined : role,
    database: typeof ofDatabase === 'object' ? undefined : database,
    kept: [ofDatabase, ofRole].flatMap((claim) => (typeof claim === 'object' ? [claim.conflict] : [])),
  };
}

/** Databases in which the role still owns something or holds rights; null stands for what all databases share. */
async function dependencies(connection: Connection, role: string): Promise<readonly (string | null)[]> {
  const rows = await connection.query<{ readonly database: string | null }>(
    `SELECT DISTINCT datname AS database
       FROM pg_catalog.pg_shdepend AS dependency LEFT JOIN pg_catalog.pg_database ON pg_database.oid = dbid
      WHERE refclassid = 'pg_catalog.pg_authid'::regclass
        AND refobjid = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1)`,
    [role],
  );
  return rows.map(({ database }) => database);
}

type Step = { readonly admin: PostgresServer; readonly options: AdminOptions };

/** What the role owns elsewhere is somebody's data: the administrator gets it. Rights the role was given go. */
async function disown(connection: Connection, role: string, { admin, options }: Step): Promise<void> {
  const { connect = withConnection, ...rest } = options;
  const name = quoteIdentifier(role);
  const statements = `REASSIGN OWNED BY ${name} TO CURRENT_USER; DROP OWNED BY ${name}`;
  for (const database of await dependencies(connection, role)) {
    const here = database === null || database === admin.database;
    const use: Connect = here ? async (_server, work) => work(connection) : connect;
    await use({ ...admin, database: database ?? admin.database }, (each) => each.query(statements), rest);
  }
}

async function dropOwn(connection: Connection, request: DropRequest, step: Step): Promise<DropResult> {
  const { facts, role, database, kept } = await findOwn(connection, request);
  const changes: Change[] = [];
  if (role) {
    await ensureControl(connection, role, facts);
  }
  if (database) {
    // Ends open sessions; a plain drop would fail as long as the application is connected.
    await connection.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(database.name)} WITH (FORCE)`);
    changes.push({ change: 'DroppedDatabase', name: database.name });
  }
  if (role) {
    await disown(connection, role.name, step);
    await connection.query(`DROP ROLE IF EXISTS ${quoteIdentifier(role.name)}`);
    changes.push({ change: 'DroppedRole', name: role.name });
  }
  return { changes, kept };
}

/** What dropping and releasing share: nothing to do for an impossible name, one connection, another try after a race. */
async function giveUp(
  request: DropRequest,
  { admin, options }: { readonly admin: PostgresServer; readonly options: AdminOptions },
  work: (connection: Connection) => Promise<DropResult>,
): Promise<DropResult> {
  const { connect = withConnection, ...rest } = options;
  return cannotExist(request) ? nothing : retryRaces(() => connect(admin, work, rest));
}

/**
 * Drops the claimant's database, with whoever is connected to it, and then its role. What belongs to others is left alone and
 * named in `kept`; what is gone already is no error. What the role owns in other databases goes to the administrator.
 *
 * @throws PostgresError
 */
export async function dropDatabase(
  admin: PostgresServer,
  request: DropRequest,
  options: AdminOptions = {},
): Promise<DropResult> {
  return giveUp(request, { admin, options }, (connection) => dropOwn(connection, request, { admin, options }));
}

async function releaseOwn(connection: Connection, request: DropRequest): Promise<DropResult> {
  const { facts, role, database, kept } = await findOwn(connection, request);
  const text = quoteLiteral(formatOwnership({ ...ownershipOf(request.claimant), released: true }));
  const changes: Change[] = [];
  if (role) {
    await ensureControl(connection, role, facts);
  }
  if (database && !isReleased(database)) {
    await connection.query(`COMMENT ON DATABASE ${quoteIdentifier(database.name)} IS ${text}`);
    changes.push({ change: 'ReleasedDatabase', name: database.name });
  }
  if (role && !isReleased(role)) {
    await connection.query(`COMMENT ON ROLE ${quoteIdentifier(role.name)} IS ${text}`);
    changes.push({ change: 'ReleasedRole', name: role.name });
  }
  return { changes, kept };
}

function isReleased({ record }: Pick<RoleFacts, 'record'>): boolean {
  return typeof record === 'object' && record.released === true;
}

/**
 * Gives up the claimant's database and role and keeps both working (deletion policy Retain): their records are marked, so that
 * the same object gets them back when it is made again and others only by adopting. @throws PostgresError
 */
export async function releaseDatabase(
  admin: PostgresServer,
  request: DropRequest,
  options: AdminOptions = {},
): Promise<DropResult> {
  return giveUp(request, { admin, options }, (connection) => releaseOwn(connection, request));
}
