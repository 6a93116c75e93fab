import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
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

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** This repository, with its packages. */
  static create(): RepositoryCopy {
    const copy = new RepositoryCopy(mkdtempSync(join(tmpdir(), 'hearth-copy-')));
    for (const file of filesOfRepository()) {
      mkdirSync(dirname(join(copy.folder, file)), { recursive: true });
      cpSync(join(ROOT, file), join(copy.folder, file));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy.folder, 'node_modules'));
    copy.#git('init', '--quiet');
    // What is ignored is a folder of this name, and here it is a link.
    appendFileSync(join(copy.folder, '.git/info/exclude'), 'node_modules\n');
    copy.commit();
    return copy;
  }

  /** A folder of this repository as a project of its own, without packages. */
  static of(folder: string): RepositoryCopy {
    const copy = new RepositoryCopy(mkdtempSync(join(tmpdir(), 'hearth-project-')));
    cpSync(folder, copy.folder, { recursive: true });
    return copy;
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

/** What is in the repository or about to be. */
function filesOfRepository(): string[] {
  const list = (...flags: string[]) =>
    execFileSync('git', ['ls-files', ...flags], { cwd: ROOT, encoding: 'utf8' })
      .split('\n')
      .filter(Boolean);
  const gone = list('--deleted');
  return list('--cached', '--others', '--exclude-standard', '--deduplicate').filter((file) => !gone.includes(file));
}

/** The environment without what tells a test runner that it is inside another one. */
function withoutTestRunner(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_ENV|TEST|HEARTH_TEST_REPORT|NODE_OPTIONS)/.test(name),
  );
  return Object.fromEntries(entries);
}
