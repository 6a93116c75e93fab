import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

/**
 * Bundles the operator into one file: an unbundled start loads a thousand modules and holds half as much memory again.
 * Some dependencies are CommonJS and call `require`, which an ES module has to bring along.
 */
const result = await build({
  entryPoints: [join(ROOT, 'src/operator.ts')],
  outfile: join(ROOT, 'dist/hearth.mjs'),
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

const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
console.log(`dist: ${Math.round(bytes / 1024)} KiB`);
