import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type OutputFile } from 'esbuild';
import { slim } from './slim.ts';

export type Bundle = {
  readonly bytes: number;
  /** The files that it is made of, as far as anything is left of them. */
  readonly inputs: readonly string[];
};

export type BundleOptions = {
  readonly entry: string;
  readonly outfile: string;
};

/** What tsconfig.json says is not asked: the image is built without it, and has to come out the same. */
const TSCONFIG = { compilerOptions: { strict: true } };

/**
 * Names are left as they are, for stacks in the log. To shorten them and keep the old ones beside (`keepNames`) makes
 * every function that is made at run time a slow object of 270 bytes.
 */
const COMMON = {
  write: false,
  bundle: true,
  minifyWhitespace: true,
  minifySyntax: true,
  platform: 'node',
  target: 'node24',
  tsconfigRaw: TSCONFIG,
} as const;

/**
 * Bundles a program into one file: an unbundled start loads a thousand modules and holds twice as much memory.
 * Some dependencies are CommonJS and call `require`, which an ES module has to bring along.
 */
export async function bundle({ entry, outfile }: BundleOptions): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    ...COMMON,
    entryPoints: [entry],
    outfile,
    format: 'esm',
    define: { HEARTH_LEASE_THREAD: JSON.stringify(await leaseThread()) },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    external: ['pg-native'],
    plugins: [slim],
    legalComments: 'external',
    metafile: true,
  });
  await mkdir(dirname(outfile), { recursive: true });
  await Promise.all(outputFiles.map(({ path, ...file }) => writeFile(path, contentOf(file))));
  const outputs = Object.values(metafile.outputs);
  return {
    bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
    inputs: outputs.flatMap(({ inputs }) => Object.keys(inputs).filter((input) => inputs[input]?.bytesInOutput)),
  };
}

/** The thread that renews the lease: small, and in the one file as a text, from which the operator starts it. */
async function leaseThread(): Promise<string> {
  const entry = join(import.meta.dirname, '../src/framework/host/lease-thread.ts');
  const { outputFiles } = await build({ ...COMMON, entryPoints: [entry], format: 'cjs' });
  return outputFiles[0]?.text ?? '';
}

/** The text without a character beyond ASCII, which esbuild leaves in regular expressions: V8 would keep two bytes for each. */
function contentOf({ text }: Pick<OutputFile, 'text'>): string {
  return text.replaceAll(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
