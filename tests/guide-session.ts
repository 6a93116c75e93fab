import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { exchangesOf, fencesOf, isAsTold } from './copies/fences.ts';
import { useSuite } from './harness/suite.ts';

/**
 * Types the guide's session. Only a copy of the repository that has the guide's kind runs this, under a name by which
 * it is found.
 */
const ROOT = join(import.meta.dirname, '..');
const page = readFileSync(join(ROOT, 'docs/write-a-kind.md'), 'utf8');
const suite = useSuite({ name: 'guide' });

/** The page's namespace is the suite's own here. */
const moved = (text: string) => text.replaceAll(/homelab(?!\.mortenolsen)/g, suite().namespace);

test('the session of the guide comes to what it says', () => {
  const { kubectl } = suite().testenv.handle;
  const env = {
    ...process.env,
    KUBECONFIG: suite().testenv.kubeconfig,
    PATH: `${dirname(kubectl)}:${process.env['PATH']}`,
  };
  const sessions = fencesOf(page).filter(({ about }) => about === 'session');
  for (const { command, answer } of sessions.flatMap(({ text }) => exchangesOf(text))) {
    // The sample names the page's namespace.
    const typed = moved(command).replace(
      /-f (\S+)$/,
      (_, file: string) => `-f - <<'EOF'\n${moved(readFileSync(join(ROOT, file), 'utf8'))}EOF`,
    );
    const { stdout, stderr } = spawnSync('sh', ['-c', typed], { cwd: ROOT, env, encoding: 'utf8' });
    const said = stdout + stderr;
    expect(isAsTold(moved(answer), said), `${command}\n${said}`).toBe(true);
  }
  expect(sessions).toHaveLength(1);
});
