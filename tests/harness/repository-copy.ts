import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'node_modules/.bin');

/** What a command came to. */
type Result = { readonly code: number; readonly output: string };

/**
 * The repository as somebody has it who has just cloned it and installed its packages: a git repository of its own, to
 * be changed at will.
 */
export class RepositoryCopy {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'hearth-copy-'));
    const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--deduplicate'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const gone = execFileSync('git', ['ls-files', '-d'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
    for (const file of files.split('\n').filter((each) => each !== '' && !gone.includes(each))) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      cpSync(join(ROOT, file), join(this.folder, file));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
    this.#git('init', '--quiet');
    // What is ignored is a folder of this name, and here it is a link.
    this.#git('config', 'core.excludesFile', join(this.folder, '.git/info/exclude'));
    execFileSync('sh', ['-c', 'echo node_modules >> .git/info/exclude'], { cwd: this.folder });
    this.commit();
  }

  /** Makes what is there the state to which {@link changes} compares. */
  commit(): void {
    this.#git('add', '--all');
    this.#git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message', 'state');
  }

  /** What differs from the last commit, as `git status` has it. */
  changes(): string[] {
    return this.#git('status', '--porcelain', '--untracked-files=all')
      .split('\n')
      .filter((line) => line !== '');
  }

  /** What differs from the repository that was copied. */
  changesSinceFirst(): string[] {
    const [first = ''] = this.#git('rev-list', '--max-parents=0', 'HEAD').split('\n');
    this.#git('add', '--all');
    return this.#git('diff', '--cached', '--name-status', first)
      .split('\n')
      .filter((line) => line !== '');
  }

  /** Runs a command of the packages or of the system. @throws Error with all that it said when it fails. */
  async run(command: string, ...args: readonly string[]): Promise<string> {
    const { code, output } = await this.try(command, ...args);
    if (code !== 0) {
      throw new Error(`${[command, ...args].join(' ')} ended with ${code}:\n${output}`);
    }
    return output;
  }

  /** As {@link run}, where a failure is what is to be seen. */
  async try(command: string, ...args: readonly string[]): Promise<Result> {
    const env = { ...withoutTestRunner(), PATH: `${BIN}:${process.env['PATH']}` };
    const options = { cwd: this.folder, env, maxBuffer: 64 * 1024 * 1024 };
    return await new Promise((resolve) => {
      execFile(command, [...args], options, (error, stdout, stderr) => {
        const code = error ? Number(error.code ?? 1) : 0;
        resolve({ code, output: stdout + stderr });
      });
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #git(...args: readonly string[]): string {
    return execFileSync('git', [...args], { cwd: this.folder, encoding: 'utf8' });
  }
}

/** The environment without what tells a test runner that it is inside another one. */
function withoutTestRunner(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_ENV|TEST|HEARTH_TEST_REPORT|NODE_OPTIONS)/.test(name),
  );
  return Object.fromEntries(entries);
}
