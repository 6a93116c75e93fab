import { execFile } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One instruction of a Dockerfile. */
type Instruction = { readonly word: string; readonly rest: string };

/** A stage of a Dockerfile. */
export type Stage = { readonly name: string; readonly instructions: readonly Instruction[] };

/** The stages of a Dockerfile that needs no continued lines. */
export function stagesOf(text: string): Stage[] {
  const stages: { name: string; instructions: Instruction[] }[] = [];
  for (const line of text.split('\n').filter((each) => /^[A-Z]/.test(each))) {
    const [word = '', ...rest] = line.split(' ');
    const instruction = { word, rest: rest.join(' ') };
    if (word === 'FROM') {
      stages.push({ name: instruction.rest.match(/ AS (\w+)$/)?.[1] ?? '', instructions: [] });
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
}

/** What a `.dockerignore` that begins by refusing everything lets in, copied to an empty folder. */
export async function copyContext(root: string, target: string): Promise<void> {
  const [first, ...lines] = (await readFile(join(root, '.dockerignore'), 'utf8')).trim().split('\n');
  if (first !== '*' || lines.some((line) => !line.startsWith('!'))) {
    throw new Error('.dockerignore has to refuse everything and then to let in, line by line');
  }
  for (const path of lines.map((line) => line.slice(1))) {
    await cp(join(root, path), join(target, path), { recursive: true });
  }
}

/** Folders that stand for what is outside of an image: the context, and the roots of the stages by their names. */
export type Places = { readonly context: string; readonly root: string; readonly stages: ReadonlyMap<string, string> };

/** Does what a stage says, in a folder that stands for its root: COPY, RUN and WORKDIR; the rest is for the image. */
export async function buildStage({ instructions }: Stage, places: Places): Promise<void> {
  let workdir = '/';
  for (const { word, rest } of instructions) {
    if (word === 'WORKDIR') {
      workdir = rest;
      await mkdir(join(places.root, workdir), { recursive: true });
    } else if (word === 'COPY') {
      await copy(rest, workdir, places);
    } else if (word === 'RUN') {
      await run('sh', ['-c', rest], { cwd: join(places.root, workdir), maxBuffer: 16 * 1024 * 1024 });
    }
  }
}

async function copy(rest: string, workdir: string, { context, root, stages }: Places): Promise<void> {
  const words = rest.split(' ');
  const from = words[0]?.match(/^--from=(\w+)$/)?.[1];
  const origin = from === undefined ? context : stages.get(from);
  const [target = '', ...sources] = words.slice(from === undefined ? 0 : 1).reverse();
  const folder = target.startsWith('/') ? join(root, target) : join(root, workdir, target);
  const isFolder = target.endsWith('/') || sources.length > 1;
  for (const source of sources) {
    const path = isFolder ? join(folder, basename(source)) : folder;
    await mkdir(dirname(path), { recursive: true });
    await cp(join(origin ?? '', source), path, { recursive: true });
  }
}

/** The program and its flags that an image starts, and the environment that it gives them. */
export function entryOf({ instructions }: Stage): { flags: string[]; file: string; env: Record<string, string> } {
  const text = (wanted: string) => instructions.find(({ word }) => word === wanted)?.rest ?? '';
  const [program, ...words] = JSON.parse(text('ENTRYPOINT')) as string[];
  const file = words.at(-1);
  if (program !== 'node' || file === undefined) {
    throw new Error('the image has to start Node, without a shell');
  }
  const env = text('ENV').split(' ').filter(Boolean);
  return {
    flags: words.slice(0, -1),
    file,
    env: Object.fromEntries(env.map((each) => each.split('=') as [string, string])),
  };
}
