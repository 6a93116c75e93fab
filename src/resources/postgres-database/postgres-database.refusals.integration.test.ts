import { beforeAll, describe, expect, test } from 'vitest';
import { everythingOn, usePostgres, whoAmI } from '../../../tests/harness/postgres-server.ts';
import { conditionOf, useSuite } from '../../../tests/harness/suite.ts';
import { eventWith } from '../../../tests/harness/suite-acts.ts';
import { connectionTo } from '../postgres-connection/testing/connections.ts';
import { postgresDatabase, readyLogin } from './testing/databases.ts';

const server = usePostgres();
const suite = useSuite({ name: 'refusals' });

beforeAll(async () => await suite().apply(...connectionTo(server())));

const database = (name: string) => ({ kind: 'postgresdatabase', name });

describe('a spec that names no server that Hearth knows', () => {
  test.each([
    { what: 'a spec that is missing altogether', name: 'no-spec', reason: 'MissingConnection' },
    { what: 'an empty spec', name: 'empty-spec', spec: {}, reason: 'MissingConnection' },
    { what: 'a cluster', name: 'by-cluster', spec: { cluster: 'homelab/main' }, reason: 'NotSupported' },
    { what: 'an environment', name: 'by-environment', spec: { environment: 'dev' }, reason: 'NotSupported' },
  ])('$what is Stalled, and the condition says what to set instead', async ({ name, spec, reason }) => {
    await suite().apply(postgresDatabase(name, spec));
    const { message } = await suite().condition(database(name), 'Stalled', 'True');
    expect(message).toContain('spec.connection or spec.secretRef');
    const object = await suite().get('postgresdatabase', name);
    for (const type of ['Stalled', 'Ready', 'Secret', 'Database']) {
      expect(conditionOf(object, type)).toMatchObject({ reason, message });
    }
    expect(conditionOf(object, 'Reconciling')).toBeUndefined();
    await eventWith(suite(), { kind: 'PostgresDatabase', name }, { type: 'Warning', reason, message });
  });

  test('the message names the field that is not supported', async () => {
    for (const field of ['cluster', 'environment']) {
      const { message } = await suite().reason(database(`by-${field}`), 'NotSupported');
      expect(message).toContain(`spec.${field} is not supported yet`);
    }
  });

  test('it is Stalled no more once a server is named, and the others were not held up by it', async () => {
    await suite().apply(postgresDatabase('valid', { connection: 'db' }));
    const { url = '' } = await readyLogin(suite(), 'valid');
    expect(await whoAmI(url)).toMatchObject({ user: expect.stringMatching(/_valid$/) });
    await suite().apply(postgresDatabase('no-spec', { connection: 'db' }));
    await readyLogin(suite(), 'no-spec');
    const object = await suite().get('postgresdatabase', 'no-spec');
    expect(conditionOf(object, 'Stalled')).toBeUndefined();
  });
});

describe('at admission', () => {
  const long = 'x'.repeat(64);

  test.each([
    ['a connection that is no reference', 'connection', { connection: 'a/b/c' }],
    ['a connection in capitals', 'connection', { connection: 'Homelab/db' }],
    ['an empty connection', 'connection', { connection: '' }],
    ['a secretRef that is no reference', 'secretRef', { secretRef: '/x' }],
    ['a cluster that is no reference', 'cluster', { cluster: 'x/' }],
    ['a database name of 64 characters', 'database', { database: long }],
    ['an empty database name', 'database', { database: '' }],
    ['a role name of 64 characters', 'role', { role: long }],
    ['a Secret name that Kubernetes does not take', 'secretName', { secretName: 'Not_Valid' }],
    ['an extension name of 64 characters', 'extensions', { extensions: [long] }],
    ['an extension named twice', 'extensions', { extensions: ['citext', 'citext'] }],
    ['a schema named twice', 'schemas', { schemas: ['a', 'a'] }],
    ['an unknown deletion policy', 'deletionPolicy', { deletionPolicy: 'Keep' }],
    ['adopt that is not a boolean', 'adopt', { adopt: 'yes' }],
    ['a field that does not exist', 'conection', { conection: 'db' }],
  ])('%s is refused with the field named', async (_, field, spec) => {
    const applied = suite().apply(postgresDatabase('refused', { connection: 'db', ...spec }));
    await expect(applied).rejects.toThrow(new RegExp(`spec\\.${field}|unknown field "${field}"`));
    expect(await suite().find('postgresdatabase', 'refused')).toBeUndefined();
  });

  test.each(['database', 'role', 'secretName'])('%s cannot be changed, set or taken away later', async (field) => {
    const name = `fixed-${field.toLowerCase()}`;
    const first = { connection: 'db', [field]: 'first' };
    await suite().apply(postgresDatabase(name, first), postgresDatabase(`${name}-unset`, { connection: 'db' }));
    const message = `${field} cannot be changed: it would leave the old one behind`;
    await expect(suite().apply(postgresDatabase(name, { connection: 'db', [field]: 'second' }))).rejects.toThrow(
      message,
    );
    await expect(suite().apply(postgresDatabase(name, { connection: 'db' }))).rejects.toThrow(message);
    await expect(suite().apply(postgresDatabase(`${name}-unset`, first))).rejects.toThrow(message);
    // Without a spec there would be nothing to compare the next one with.
    await expect(suite().apply(postgresDatabase(name))).rejects.toThrow('spec cannot be taken away');
    await suite().kubectl('delete', 'postgresdatabase', name, `${name}-unset`, '-n', suite().namespace);
  });
});

describe('what only PostgreSQL knows', () => {
  test('a name of more than 63 bytes is told by its reason, and nothing is made', async () => {
    const before = await everythingOn(server());
    const name = 'ü'.repeat(40);
    await suite().apply(postgresDatabase('wide', { connection: 'db', database: name }));
    const { message, reason } = await suite().condition(database('wide'), 'Stalled', 'True');
    expect(reason).toBe('InvalidName');
    expect(message).toBe('spec.database is longer than 63 bytes: choose another name');
    expect(await everythingOn(server())).toEqual(before);
  });

  test('a role name that PostgreSQL keeps for itself is told in its words, and no database is made', async () => {
    const before = await everythingOn(server());
    await suite().apply(postgresDatabase('reserved', { connection: 'db', database: 'unmade', role: 'pg_mine' }));
    await suite().condition(database('reserved'), 'Database', 'False');
    const { message } = await suite().condition(database('reserved'), 'Ready', 'False');
    expect(message).toContain('role name "pg_mine" is reserved');
    expect(await everythingOn(server())).toEqual(before);
  });
});
