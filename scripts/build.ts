import { join } from 'node:path';
import { bundle } from './bundle.ts';

const ROOT = join(import.meta.dirname, '..');

const { bytes } = await bundle({ entry: join(ROOT, 'src/operator.ts'), outfile: join(ROOT, 'dist/hearth.mjs') });
console.log(`dist: ${Math.round(bytes / 1024)} KiB`);
