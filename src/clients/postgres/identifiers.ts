import { createHash } from 'node:crypto';
import pg from 'pg';
import { PostgresError } from './errors.ts';

/** PostgreSQL cuts longer names in silence (NAMEDATALEN - 1), so they are refused or shortened here. */
export const maxIdentifierBytes = 63;

/** What is wrong with a name of a role, database, schema or extension; undefined when nothing is. */
export function identifierProblem(name: string): string | undefined {
  if (name === '') {
    return 'is empty';
  }
  if (name.includes('\0')) {
    return 'contains a NUL character';
  }
  if (!name.isWellFormed()) {
    return 'is not valid Unicode';
  }
  return Buffer.byteLength(name) > maxIdentifierBytes ? `is longer than ${maxIdentifierBytes} bytes` : undefined;
}

/** @throws PostgresError `InvalidName` for a name that PostgreSQL could not keep as it is. */
export function checkIdentifier(name: string): void {
  const problem = identifierProblem(name);
  if (problem !== undefined) {
    const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
    throw new PostgresError('InvalidName', `The name "${shown.replaceAll('\0', '\\0')}" ${problem}`);
  }
}

/** A name as it stands in SQL, quoted whatever it contains. @throws PostgresError as {@link checkIdentifier} does. */
export function quoteIdentifier(name: string): string {
  checkIdentifier(name);
  return pg.escapeIdentifier(name);
}

/** A text constant as it stands in SQL, for statements that take no parameters. @throws PostgresError for a NUL character. */
export function quoteLiteral(text: string): string {
  if (text.includes('\0')) {
    throw new PostgresError('InvalidName', 'A text for PostgreSQL contains a NUL character');
  }
  return pg.escapeLiteral(text);
}

const hashLength = 8;

/**
 * The name of the database, and of the role that owns it, for a namespaced object: `<namespace>_<name>` in lower case with
 * every character outside `a-z0-9_` replaced by `_`, as homelab-operator named them. A longer one than PostgreSQL keeps is cut
 * and ends in a hash of the whole. Two objects may come out the same (`a-b`/`c` and `a`/`b-c`): the ownership record keeps the
 * second one out.
 */
export function databaseName(namespace: string, name: string): string {
  const words = `${namespace}_${name}`.replaceAll(/[^A-Za-z0-9_]/g, '_').toLowerCase();
  // PostgreSQL keeps names of roles that begin with pg_ for itself.
  const plain = words.startsWith('pg_') ? `_${words}` : words;
  if (plain.length <= maxIdentifierBytes) {
    return plain;
  }
  const hash = createHash('sha256').update(`${namespace}/${name}`).digest('hex').slice(0, hashLength);
  return `${plain.slice(0, maxIdentifierBytes - hashLength - 1)}_${hash}`;
}
