import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { trustingOf } from '../src/framework/admission/trust.ts';
import { definitions } from '../src/resources/resources.ts';

const MANIFESTS = join(import.meta.dirname, '../manifests');
const NAME = 'hearth-webhook';

type Rule = { readonly resources: string[]; readonly resourceNames?: string[]; readonly verbs: string[] };
type Role = { readonly kind: string; readonly rules?: readonly Rule[] };

const rules = parseAllDocuments(readFileSync(join(MANIFESTS, 'components/own-certificates/rbac.yaml'), 'utf8'))
  .map((document) => document.toJS() as Role)
  .filter(({ kind }) => kind === 'ClusterRole')
  .flatMap((role) => role.rules ?? []);

test('the rights are those on the objects that are told whom to trust, and on no others', () => {
  const needed = trustingOf(NAME, definitions).map(({ plural, name }) => ({
    resources: [plural],
    resourceNames: [name],
  }));
  expect(rules).toEqual(
    needed.map((each) => expect.objectContaining({ ...each, verbs: ['get', 'list', 'watch', 'patch'] })),
  );
});
