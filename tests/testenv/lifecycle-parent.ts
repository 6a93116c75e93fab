// Started by lifecycle.test.ts: a process that starts a control plane, says what it has, and waits to be killed.
import { startTestenv, type TestenvOptions } from '../../testenv/src/testenv.ts';

const options: TestenvOptions = JSON.parse(process.argv[2] ?? '{}');
const testenv = await startTestenv(options);
const components = await testenv.components();
process.stdout.write(`${JSON.stringify({ handle: testenv.handle, components })}\n`);
// Should the test itself be killed, nobody would kill this process.
process.stdin.once('close', () => process.exit()).resume();
