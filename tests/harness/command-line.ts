import { main } from '../../src/cli/cli.ts';

/** What a command came to. */
export type Said = { readonly code: number | undefined; readonly stdout: string; readonly stderr: string };

/** Runs a command of Hearth in this process, as its program does, and catches what it says. One at a time. */
export async function hearth(...args: readonly string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const { stdout, stderr } = process;
  const writes = { stdout: stdout.write, stderr: stderr.write };
  const caught = (stream: 'stdout' | 'stderr') => (text: string | Uint8Array) => {
    said[stream] += String(text);
    return true;
  };
  stdout.write = caught('stdout');
  stderr.write = caught('stderr');
  try {
    const code = await main(args);
    return { code, ...said };
  } finally {
    stdout.write = writes.stdout;
    stderr.write = writes.stderr;
  }
}
