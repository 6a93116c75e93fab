import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cacheKey, testenvFolder } from '../../testenv/src/cache.ts';
import { goComplaint } from '../../testenv/src/guard.ts';
import { eventually } from '../../testenv/src/wait.ts';

const go = installedGo();
const reason = go.complaint;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-testenv-build-'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a compiler in the path that takes a moment and makes empty programs; everything else is the real go. */
function fakeCompiler(seconds: number): void {
  const script = `#!/bin/sh
log() { echo "$*" >> "${folder}/compilations"; }
case "$1" in
  build) while [ "$1" != -o ]; do shift; done; log "$3"; sleep ${seconds}; : > "$2" ;;
  install) log kwok; : > "$GOBIN/kwok" ;;
  *) exec "${go.path}" "$@" ;;
esac
`;
  writeFileSync(join(folder, 'bin', 'go'), script);
  chmodSync(join(folder, 'bin', 'go'), 0o755);
}

function startBuild(path = `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`) {
  const env = { ...process.env, PATH: path, HEARTH_TESTENV_CACHE: join(folder, 'cache') };
  const child = spawn(process.execPath, [join(testenvFolder, 'src', 'cli.ts'), 'build'], { env, stdio: 'pipe' });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, output: () => output };
}

const compilations = () => {
  const log = join(folder, 'compilations');
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
};
const cached = () => (existsSync(join(folder, 'cache')) ? readdirSync(join(folder, 'cache')).sort() : []);

describe.skipIf(reason !== undefined)(`the build${reason === undefined ? '' : ` [skipped: ${reason}]`}`, () => {
  test('is made once, and a second build at the same time waits for it', async () => {
    fakeCompiler(1);
    const builds = [startBuild(), startBuild()];
    expect(await Promise.all(builds.map(({ ended }) => ended))).toEqual([0, 0]);
    expect(compilations()).toEqual(['./cmd/testenv-janitor', '.', 'kwok']);
    expect(builds.filter((build) => /is building the same; waiting/.test(build.output()))).toHaveLength(1);
    expect(cached()).toEqual([cacheKey('full')]);
  });

  test('that is in the cache needs no Go', async () => {
    fakeCompiler(0);
    expect(await startBuild().ended).toBe(0);
    expect(await startBuild('/nonexistent').ended).toBe(0);
    expect(compilations()).toHaveLength(3);
  });

  test('that is killed half-way leaves nothing that counts, and the next one cleans up after it', async () => {
    fakeCompiler(3);
    const killed = startBuild();
    await eventually('the compiler runs', () => compilations().length > 0);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(cached()).not.toContain(cacheKey('full'));
    expect(cached().some((name) => name.startsWith('building-'))).toBe(true);
    fakeCompiler(0);
    expect(await startBuild().ended).toBe(0);
    expect(cached()).toEqual([cacheKey('full')]);
  });

  test('without Go says what to do', async () => {
    const build = startBuild('/nonexistent');
    expect(await build.ended).toBe(1);
    expect(build.output()).toMatch(/needs Go 1\.26 or newer, and there is none in PATH: install Go/);
    expect(cached()).toEqual([]);
  });
});

function installedGo(): { path: string; complaint: string | undefined } {
  try {
    const path = execFileSync('sh', ['-c', 'command -v go'], { encoding: 'utf8' }).trim();
    return { path, complaint: goComplaint(execFileSync(path, ['env', 'GOVERSION'], { encoding: 'utf8' }).trim()) };
  } catch {
    return { path: '', complaint: goComplaint(undefined) };
  }
}
