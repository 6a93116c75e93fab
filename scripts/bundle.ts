import { build } from 'esbuild';

export type Bundle = {
  /** What each package has in it, in bytes. */
  readonly bytes: number;
  /** The files that went into it. */
  readonly inputs: readonly string[];
};

export type BundleOptions = {
  readonly entry: string;
  readonly outfile: string;
  /** Whether the file is written; a test only looks at what it would be made of. */
  readonly write?: boolean;
};

/**
 * Bundles a program into one file: an unbundled start loads a thousand modules and holds half as much memory again.
 * Some dependencies are CommonJS and call `require`, which an ES module has to bring along.
 */
export async function bundle({ entry, outfile, write = true }: BundleOptions): Promise<Bundle> {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    write,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    external: ['pg-native'],
    legalComments: 'external',
    metafile: true,
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { bytes, inputs: Object.keys(metafile.inputs) };
}
