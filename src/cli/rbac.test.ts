import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { hearth } from '../../tests/harness/command-line.ts';

const MANIFESTS = join(import.meta.dirname, '../../manifests/rbac');

/** A generated file, without the line that says so. */
function generated(path: string): string {
  return readFileSync(join(MANIFESTS, path), 'utf8').replace(/^# Generated.*\n/, '');
}

function rolesIn(text: string): { kind: string; metadata: { name: string; namespace?: string }; rules?: object[] }[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

describe('hearth rbac', () => {
  test('prints what manifests/rbac has', async () => {
    const texts = ['cluster/role.yaml', 'shared/lease.yaml', 'shared/users.yaml'].map(generated);
    expect(await hearth('rbac')).toEqual({ code: 0, stdout: texts.join('---\n'), stderr: '' });
  });

  test('prints for some namespaces what kustomize makes of manifests/rbac', async () => {
    const { stdout } = await hearth('rbac', '--namespaces', 'a, b');
    const inNamespace = (name: string) =>
      generated('namespace/role.yaml')
        .replace(': kustomize says in which', '')
        .replaceAll('metadata:\n  name: hearth\n', `metadata:\n  name: hearth\n  namespace: ${name}\n`);
    const needed = (path: string) => existsSync(join(MANIFESTS, path));
    const others = ['elsewhere/role.yaml', 'shared/lease.yaml', 'shared/users.yaml'].filter(needed).map(generated);
    expect(stdout).toBe([inNamespace('a'), inNamespace('b'), ...others].join('---\n'));
  });

  test('has no two objects of one name where the operator looks after its own namespace', async () => {
    const apart = rolesIn((await hearth('rbac', '--namespaces', 'a')).stdout);
    const roles = rolesIn((await hearth('rbac', '--namespaces', 'hearth-system,kube-system')).stdout);
    const names = roles.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    const own = roles.find(({ metadata }) => metadata.namespace === 'hearth-system');
    const expected = apart.filter(({ metadata }) => ['a', 'hearth-system'].includes(metadata.namespace ?? ''));
    expect(own?.rules).toEqual(expected.flatMap(({ rules = [] }) => rules));
  });

  test('takes a namespace that YAML would read as a number', async () => {
    const [role] = rolesIn((await hearth('rbac', '--namespaces', '123')).stdout);
    expect(role?.metadata.namespace).toBe('123');
  });

  test.each(['Upper', 'a,,b', 'a: b'])('refuses %s for namespaces', async (names) => {
    expect(await hearth('rbac', '--namespaces', names)).toMatchObject({ code: 64, stdout: '' });
  });
});
