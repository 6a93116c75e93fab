import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { hearth } from '../../tests/harness/command-line.ts';
import { definitions } from '../resources/resources.ts';
import { crdOf } from './crds.ts';
import { editorSchema } from './json-schema.ts';

const CRDS = join(import.meta.dirname, '../../manifests/crds');

describe('hearth crds', () => {
  test('prints what manifests/crds has', async () => {
    const { code, stdout } = await hearth('crds');
    const printed = parseAllDocuments(stdout).map((document) => document.toJS());
    const files = readdirSync(CRDS).filter((name) => name !== 'kustomization.yaml');
    expect(printed).toEqual(files.map((name) => parse(readFileSync(join(CRDS, name), 'utf8'))));
    expect(code).toBe(0);
  });

  test('prints those that are named, and refuses what is none', async () => {
    const definition = definitions.find(({ kind }) => kind === 'GenerateSecret') ?? expect.fail();
    expect(parse((await hearth('crds', 'generate-secrets')).stdout)).toEqual(crdOf(definition));
    expect(JSON.parse((await hearth('crds', '-o', 'json')).stdout).items).toHaveLength(definitions.length);
    expect(await hearth('crds', 'pods')).toMatchObject({ code: 64, stdout: '' });
  });

  test('writes a JSON schema for each kind, or prints one for all', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hearth-schemas-'));
    try {
      await hearth('crds', '--json-schema', '--out', join(folder, 'new'));
      expect(existsSync(join(folder, 'new/generatesecret_v1.json'))).toBe(true);
      expect(readdirSync(join(folder, 'new'))).toHaveLength(
        definitions.flatMap(({ olderVersions = [] }) => ['current', ...olderVersions]).length,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
    const all = JSON.parse((await hearth('crds', '--json-schema')).stdout);
    const kinds: readonly { title: string }[] = definitions.length > 1 ? all.oneOf : [all];
    expect(kinds.map(({ title }) => title)).toContain('GenerateSecret homelab.mortenolsen.pro/v1');
    const one = JSON.parse((await hearth('crds', '--json-schema', 'generate-secrets')).stdout);
    expect(one).toMatchObject({ properties: { kind: { const: 'GenerateSecret' } }, additionalProperties: false });
    expect(one.properties.status).toBeUndefined();
    expect(JSON.stringify(one)).not.toContain('x-kubernetes');
  });
});

test('a definition that can have no CRD is refused in a sentence that names kind and field', () => {
  const [definition = expect.fail()] = definitions;
  const spec = z.object({ size: z.set(z.string()) });
  expect(() => crdOf({ ...definition, kind: 'Widget', spec })).toThrow(/^Widget can have no CRD: spec\.size: .+; use /);
});

test('a schema for editors says in draft 7 what the server says otherwise', () => {
  const spec = {
    type: 'object',
    required: ['a'],
    properties: {
      a: { type: 'integer', minimum: 0, exclusiveMinimum: true, maximum: 5 },
      b: { 'x-kubernetes-int-or-string': true as const, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      c: { type: 'string', nullable: true, enum: ['x'] },
      open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: {} },
      default: { type: 'object', default: { nullable: true }, properties: { nullable: { type: 'boolean' } } },
    },
  };
  const schema = editorSchema({ type: 'object', properties: { spec, status: {} } }, { apiVersion: 'a/v1', kind: 'A' });
  expect(schema.properties?.['spec']).toEqual({
    type: 'object',
    required: ['a'],
    additionalProperties: false,
    properties: {
      a: { type: 'integer', exclusiveMinimum: 0, maximum: 5 },
      b: { type: ['integer', 'string'], anyOf: [{ type: 'integer' }, { type: 'string' }] },
      c: { type: ['string', 'null'], enum: ['x', null] },
      open: { type: 'object', properties: {} },
      default: {
        type: 'object',
        default: { nullable: true },
        properties: { nullable: { type: 'boolean' } },
        additionalProperties: false,
      },
    },
  });
});
