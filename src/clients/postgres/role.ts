import type { Change } from './change.ts';
import type { Connection, ServerFacts } from './connect.ts';
import { PostgresError } from './errors.ts';
import { quoteIdentifier, quoteLiteral } from './identifiers.ts';
import {
  type Claimant,
  decideClaim,
  formatOwnership,
  type Granted,
  isSameClaimant,
  ownershipOf,
  parseOwnership,
  type Recorded,
} from './ownership.ts';

/** A role as it is. */
export type RoleFacts = {
  readonly name: string;
  readonly record: Recorded;
  readonly isSuperuser: boolean;
  readonly isAdmin: boolean;
  /** Attributes to alter, as SQL words, until the role is an ordinary login. */
  readonly repairs: readonly string[];
  /** Whether the administrator may act as this role, which it must to give it a database. */
  readonly controlled: boolean;
};

type RoleRow = {
  readonly rolsuper: boolean;
  readonly rolcreaterole: boolean;
  readonly rolcreatedb: boolean;
  readonly rolreplication: boolean;
  readonly rolbypassrls: boolean;
  readonly rolcanlogin: boolean;
  readonly rolinherit: boolean;
  readonly expires: boolean;
  readonly isAdmin: boolean;
  readonly inherits: boolean;
  readonly becomes: boolean;
  readonly comment: string | null;
};

const wanted: readonly (readonly [keyof RoleRow, boolean, string])[] = [
  ['rolcanlogin', true, 'LOGIN'],
  ['rolinherit', true, 'INHERIT'],
  ['rolsuper', false, 'NOSUPERUSER'],
  ['rolcreatedb', false, 'NOCREATEDB'],
  ['rolcreaterole', false, 'NOCREATEROLE'],
  ['rolreplication', false, 'NOREPLICATION'],
  ['rolbypassrls', false, 'NOBYPASSRLS'],
  ['expires', false, "VALID UNTIL 'infinity'"],
];

/** First version where membership distinguishes inheriting from becoming, and where creators are not members with power. */
const finerMembership = 160_000;

/** Reads a role; undefined when there is none of this name. @throws PostgresError */
export async function readRole(
  connection: Connection,
  name: string,
  { version }: Pick<ServerFacts, 'version'>,
): Promise<RoleFacts | undefined> {
  const become = version >= finerMembership ? 'SET' : 'MEMBER';
  const [row] = await connection.query<RoleRow>(
    `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin, rolinherit,
            coalesce(rolvaliduntil, 'infinity') <> 'infinity' AS expires,
            rolname = current_user AS "isAdmin",
            pg_catalog.pg_has_role(oid, 'USAGE') AS inherits,
            pg_catalog.pg_has_role(oid, $2) AS becomes,
            pg_catalog.shobj_description(oid, 'pg_authid') AS comment
       FROM pg_catalog.pg_roles WHERE rolname = $1`,
    [name, become],
  );
  return row && { name, ...factsOf(row) };
}

function factsOf(row: RoleRow): Omit<RoleFacts, 'name'> {
  return {
    record: parseOwnership(row.comment),
    isSuperuser: row.rolsuper,
    isAdmin: row.isAdmin,
    repairs: wanted.flatMap(([column, value, word]) => (row[column] === value ? [] : [word])),
    controlled: row.inherits && row.becomes,
  };
}

/** What a role shall be. */
export type RoleRequest = {
  readonly role: string;
  readonly claimant: Claimant;
  /** Take a role that Hearth did not make. Never a superuser or the administrator itself. */
  readonly adopt: boolean;
};

function commentStatement(role: string, claimant: Claimant): string {
  return `COMMENT ON ROLE ${quoteIdentifier(role)} IS ${quoteLiteral(formatOwnership(ownershipOf(claimant)))}`;
}

/** A creator without superuser rights needs to be a member of the role before it can give it a database or drop it. */
function grantStatement(role: string, { version }: ServerFacts): string {
  const options = version >= finerMembership ? ' WITH INHERIT TRUE, SET TRUE' : '';
  return `GRANT ${quoteIdentifier(role)} TO CURRENT_USER${options}`;
}

async function createRole(
  connection: Connection,
  request: RoleRequest & Pick<RoleState, 'verifier'>,
  facts: ServerFacts,
): Promise<readonly Change[]> {
  const role = quoteIdentifier(request.role);
  const attributes = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
  const statements = [
    `CREATE ROLE ${role} ${attributes} PASSWORD ${quoteLiteral(request.verifier)}`,
    commentStatement(request.role, request.claimant),
    ...(facts.isSuperuser ? [] : [grantStatement(request.role, facts)]),
  ];
  // One text is one transaction: there is no moment at which the role exists and nobody holds it.
  await connection.query(statements.join('; '));
  return [{ change: 'CreatedRole', name: request.role }];
}

/**
 * What the claimant may do with a role that was read, or with its absence.
 *
 * @throws PostgresError `Conflict` when somebody else holds it, `UnsafeRole` when a superuser or the administrator itself would
 * be taken over.
 */
export function claimRole(role: RoleFacts | undefined, request: RoleRequest): Granted {
  const holding = { kind: 'role', name: request.role, exists: role !== undefined, record: role?.record } as const;
  const claim = decideClaim(holding, request.claimant, { adopt: request.adopt });
  if (typeof claim === 'object') {
    throw new PostgresError('Conflict', claim.conflict);
  }
  if (claim === 'adopt' && (role?.isSuperuser || role?.isAdmin)) {
    const what = role.isSuperuser ? 'is a superuser' : 'is the role that Hearth administers with';
    throw new PostgresError('UnsafeRole', `role "${role.name}" ${what} and cannot be taken over for a database`);
  }
  return claim;
}

async function repairRole(
  connection: Connection,
  role: RoleFacts,
  { claimant, facts }: { readonly claimant: Claimant; readonly facts: ServerFacts },
): Promise<readonly Change[]> {
  const name = quoteIdentifier(role.name);
  const record = typeof role.record === 'object' ? role.record : undefined;
  const sameRecord = isSameClaimant(record, claimant) && record?.uid === claimant.uid && !record.released;
  const attributes = role.repairs.length > 0 ? [`ALTER ROLE ${name} ${role.repairs.join(' ')}`] : [];
  const control = role.controlled || facts.isSuperuser ? [] : [grantStatement(role.name, facts)];
  const statements = [...(sameRecord ? [] : [commentStatement(role.name, claimant)]), ...attributes, ...control];
  if (statements.length > 0) {
    await connection.query(statements.join('; '));
  }
  return attributes.length + control.length > 0 ? [{ change: 'RepairedRole', name: role.name }] : [];
}

/** What was read and decided about a role. `verifier` (see `scramVerifier`) is used only when the role is created. */
export type RoleState = {
  readonly role: RoleFacts | undefined;
  readonly claim: Granted;
  readonly facts: ServerFacts;
  readonly verifier: string;
};

/**
 * Makes the role exist, held by the claimant, as an ordinary login without power over the server. Alters only what differs
 * from what was read; an existing role keeps its password (see `setPassword`). @throws PostgresError
 */
export async function writeRole(
  connection: Connection,
  request: RoleRequest,
  { role, claim, facts, verifier }: RoleState,
): Promise<readonly Change[]> {
  if (role === undefined) {
    return createRole(connection, { ...request, verifier }, facts);
  }
  const repaired = await repairRole(connection, role, { claimant: request.claimant, facts });
  const taken = { adopt: 'AdoptedRole', reclaim: 'ReclaimedRole', ours: undefined, create: undefined } as const;
  const change = taken[claim];
  return [...(change ? [{ change, name: role.name }] : []), ...repaired];
}

/** Gives the administrator the membership it needs to drop a role and what it owns. @throws PostgresError */
export async function ensureControl(connection: Connection, role: RoleFacts, facts: ServerFacts): Promise<void> {
  if (!role.controlled && !facts.isSuperuser) {
    await connection.query(grantStatement(role.name, facts));
  }
}

/** Sets the password of a role from its verifier, so that the password itself is in no statement. @throws PostgresError */
export async function setPassword(connection: Connection, role: string, verifier: string): Promise<readonly Change[]> {
  await connection.query(`ALTER ROLE ${quoteIdentifier(role)} PASSWORD ${quoteLiteral(verifier)}`);
  return [{ change: 'SetPassword', name: role }];
}
