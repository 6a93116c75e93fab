// Builds the operator's image from the Dockerfile and prints where it is: `node scripts/build-image.ts [FILE]`. With FILE
// the archive is copied there. Needs docker or podman with an engine, or root on Debian 12.
import { copyFileSync } from 'node:fs';
import { buildOperatorImage } from '../testenv/src/operator-image.ts';

try {
  const { archive, tag } = await buildOperatorImage();
  const target = process.argv[2];
  if (target !== undefined) copyFileSync(archive, target);
  console.log(`${tag} is in ${target ?? archive}`);
} catch (error) {
  console.error(`build-image: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
