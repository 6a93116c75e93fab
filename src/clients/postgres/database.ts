import type { Change } from './change.ts';
import type { Connection } from './connect.ts';
import { quoteIdentifier, quoteLiteral } from './identifiers.ts';
import {
  type Claim,
  type Claimant,
  decideClaim,
  formatOwnership,
  type Granted,
  isSameClaimant,
  ownershipOf,
  parseOwnership,
  type Recorded,
} from './ownership.ts';

/** A database as it is. */
export type DatabaseFacts = {
  readonly name: string;
  readonly owner: string;
  /** Whose role the owner is; decides when the database's own record is missing. */
  readonly ownerRecord: Recorded;
  readonly record: Recorded;
  readonly allowsConnections: boolean;
  /** Left over by an interrupted DROP DATABASE; PostgreSQL lets nothing be done with it but drop it. */
  readonly isBroken: boolean;
  readonly publicMayConnect: boolean;
};

type DatabaseRow = {
  readonly owner: string;
  readonly ownerComment: string | null;
  readonly comment: string | null;
  readonly datallowconn: boolean;
  readonly datconnlimit: number;
  readonly publicMayConnect: boolean;
};

/** Reads a database; undefined when there is none of this name. @throws PostgresError */
export async function readDatabase(connection: Connection, name: string): Promise<DatabaseFacts | undefined> {
  const [row] = await connection.query<DatabaseRow>(
    `SELECT pg_catalog.pg_get_userbyid(datdba) AS owner,
            pg_catalog.shobj_description(datdba, 'pg_authid') AS "ownerComment",
            pg_catalog.shobj_description(oid, 'pg_database') AS comment,
            datallowconn, datconnlimit,
            EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce(datacl, pg_catalog.acldefault('d', datdba))) AS entry
                     WHERE entry.grantee = 0 AND entry.privilege_type = 'CONNECT') AS "publicMayConnect"
       FROM pg_catalog.pg_database WHERE datname = $1`,
    [name],
  );
  return (
    row && {
      name,
      owner: row.owner,
      ownerRecord: parseOwnership(row.ownerComment),
      record: parseOwnership(row.comment),
      allowsConnections: row.datallowconn,
      isBroken: row.datconnlimit === -2,
      publicMayConnect: row.publicMayConnect,
    }
  );
}

/** What a database shall be. Its owner must exist and be held by the claimant (`writeRole`). */
export type DatabaseRequest = {
  readonly database: string;
  readonly role: string;
  readonly claimant: Claimant;
  /** Take a database that Hearth did not make. */
  readonly adopt: boolean;
};

function repairStatements(database: DatabaseFacts, { role, claimant }: DatabaseRequest): (readonly [string, Change])[] {
  const name = quoteIdentifier(database.name);
  const record = typeof database.record === 'object' ? database.record : undefined;
  const sameRecord = isSameClaimant(record, claimant) && record?.uid === claimant.uid && !record.released;
  const comment = quoteLiteral(formatOwnership(ownershipOf(claimant)));
  const change = (what: Change['change']) => ({ change: what, name: database.name });
  const all: (readonly [boolean, string, Change])[] = [
    [sameRecord, `COMMENT ON DATABASE ${name} IS ${comment}`, change('RepairedDatabase')],
    [database.owner === role, `ALTER DATABASE ${name} OWNER TO ${quoteIdentifier(role)}`, change('ChangedOwner')],
    [database.allowsConnections, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`, change('RepairedDatabase')],
    [!database.publicMayConnect, `REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`, change('RevokedPublicConnect')],
  ];
  return all.flatMap(([done, statement, what]) => (done ? [] : [[statement, what] as const]));
}

async function repairDatabase(
  connection: Connection,
  database: DatabaseFacts,
  request: DatabaseRequest,
): Promise<readonly Change[]> {
  const repairs = repairStatements(database, request);
  if (repairs.length > 0) {
    await connection.query(repairs.map(([statement]) => statement).join('; '));
  }
  return repairs.map(([, change]) => change);
}

async function createDatabase(connection: Connection, request: DatabaseRequest): Promise<readonly Change[]> {
  const [name, role] = [quoteIdentifier(request.database), quoteIdentifier(request.role)];
  // Outside any transaction, so a crash may follow at once; the owner then tells whose it is.
  await connection.query(`CREATE DATABASE ${name} OWNER ${role}`);
  const created = await readDatabase(connection, request.database);
  if (created) {
    await repairDatabase(connection, created, request);
  }
  return [{ change: 'CreatedDatabase', name: request.database }];
}

/** What the claimant may do with a database that was read, or with its absence; a conflict is an answer, not an error. */
export function claimDatabase(
  database: DatabaseFacts | undefined,
  { database: name, role, claimant, adopt }: DatabaseRequest,
): Claim {
  const ownedByClaimant = database?.owner === role && isSameClaimant(database.ownerRecord, claimant);
  const exists = database !== undefined;
  return decideClaim({ kind: 'database', name, exists, record: database?.record, ownedByClaimant }, claimant, {
    adopt,
  });
}

/**
 * Makes the database exist, held by the claimant, belonging to the role, with nobody else let in. Writes only what differs from
 * what was read. @throws PostgresError
 */
export async function writeDatabase(
  connection: Connection,
  request: DatabaseRequest,
  { database, claim }: { readonly database: DatabaseFacts | undefined; readonly claim: Granted },
): Promise<readonly Change[]> {
  if (database === undefined) {
    return createDatabase(connection, request);
  }
  if (database.isBroken && claim !== 'adopt') {
    await connection.query(`DROP DATABASE ${quoteIdentifier(database.name)}`);
    return createDatabase(connection, request);
  }
  const repaired = await repairDatabase(connection, database, request);
  const taken = { adopt: 'AdoptedDatabase', reclaim: 'ReclaimedDatabase', ours: undefined, create: undefined } as const;
  const change = taken[claim];
  if (change === undefined) {
    return repaired;
  }
  // Taking it over is what the new record is about; it is not told twice.
  return [{ change, name: database.name }, ...repaired.filter((each) => each.change !== 'RepairedDatabase')];
}
