import { main } from './cli/cli.ts';

const exitCode = await main(process.argv.slice(2));
if (exitCode !== undefined) {
  process.exit(exitCode); // connections that are kept for later do not hold the end up
}
