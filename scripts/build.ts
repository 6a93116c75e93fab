import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

const COMMON = { bundle: true, minify: true, platform: 'node', target: 'node24' } as const;

/** The thread that renews the lease: small, and in the one file as a text, from which the operator starts it. */
const thread = await build({
  ...COMMON,
  entryPoints: [join(ROOT, 'src/framework/host/lease-thread.ts')],
  format: 'cjs',
  write: false,
});

/**
 * Bundles the operator into one file: an unbundled start loads a thousand modules and holds half as much memory again.
 * Some dependencies are CommonJS and call `require`, which an ES module has to bring along.
 */
const result = await build({
  ...COMMON,
  entryPoints: [join(ROOT, 'src/operator.ts')],
  outfile: join(ROOT, 'dist/hearth.mjs'),
  keepNames: true,
  format: 'esm',
  define: { HEARTH_LEASE_THREAD: JSON.stringify(thread.outputFiles[0]?.text) },
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  external: ['pg-native'],
  legalComments: 'external',
  metafile: true,
});

const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
console.log(`dist: ${Math.round(bytes / 1024)} KiB`);
