// The launcher: plain JavaScript, so that a Node too old for TypeScript still reads as far as the guard's sentence.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `testenv needs Node 22.19 or newer, and this is ${process.versions.node}. ` +
      'Run it with the one that npm installed here: PATH="$PWD/node_modules/.bin:$PATH" (after "npm install").\n',
  );
  process.exit(1);
}
await import('./src/cli.ts');
