import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { hearth } from '../../tests/harness/command-line.ts';
import { createProgram } from './cli.ts';

const commands = createProgram(() => undefined).commands;

/** What bash would offer for the last of some words. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const { stdout } = await hearth('completion', 'bash');
  const line = ['hearth', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _hearth; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['-c', `${stdout}\n${ask}`], { encoding: 'utf8' });
  return text.split('\n').filter(Boolean);
}

describe('in bash', () => {
  test('commands are completed', async () => {
    expect(await offered('')).toEqual([...commands.map((each) => each.name()), '--help']);
    expect(await offered('re')).toEqual(['reconcile', 'resume']);
  });

  test('options, their choices and kinds are completed', async () => {
    expect(await offered('get', '--all')).toEqual(['--all-namespaces']);
    expect(await offered('get', '-o', '')).toEqual(['table', 'json', 'yaml']);
    expect(await offered('get', 'gen')).toEqual(['generatesecret']);
    expect(await offered('tree', 'gen')).toEqual(['generatesecret/']);
    expect(await offered('completion', 'z')).toEqual(['zsh']);
    expect(await offered('wait', '--timeout', '')).toEqual([]);
  });
});

test.each(['zsh', 'fish'])('the script for %s has every command and option', async (shell) => {
  const { stdout, code } = await hearth('completion', shell);
  for (const command of commands) {
    expect(stdout).toContain(command.name());
    for (const { long = '' } of command.options) {
      expect(stdout).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long);
    }
  }
  expect(stdout.split("'").length % 2).toBe(1); // every quote is closed
  expect(code).toBe(0);
});

test('another shell is refused', async () => {
  expect(await hearth('completion', 'tcsh')).toMatchObject({ code: 64 });
});
