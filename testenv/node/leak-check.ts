// Starts nodes, kills their parents with SIGKILL and looks for what is left: `node testenv/node/leak-check.ts [CYCLES]
// [AT-ONCE]` (20 and 1). Ends with 1 when something is. The parent is this script itself, called with --parent.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { hostRules, type NodeMarks, nodeMarks, nodeTraces } from '../src/node-traces.ts';
import { startTestenv } from '../src/testenv.ts';
import { eventually } from '../src/wait.ts';

async function beParent(): Promise<void> {
  const rules = hostRules();
  const testenv = await startTestenv({ profile: 'node', thirdParties: false });
  process.stdout.write(`${JSON.stringify(nodeMarks(testenv.dataDir, rules))}\n`);
  process.stdin.once('close', () => process.exit()).resume();
}

async function cycle(number: string): Promise<void> {
  const began = performance.now();
  const child = spawn(process.execPath, [import.meta.filename, '--parent'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the parent ended with ${code}`)));
  });
  const marks: NodeMarks = JSON.parse(line);
  const up = performance.now();
  const traces = nodeTraces(marks);
  if (traces.length < 12) throw new Error(`too little is seen of a running node: ${traces.join('; ')}`);
  child.kill('SIGKILL');
  await eventually('nothing is left', () => nodeTraces(marks), { until: (left) => left.length === 0 });
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
  const gone = seconds(up, performance.now());
  console.log(`${number}: up in ${seconds(began, up)} s, ${traces.length} traces, all gone ${gone} s after SIGKILL`);
}

const [cycles = '20', atOnce = '1'] = process.argv.slice(2);
if (cycles === '--parent') {
  await beParent();
} else {
  const lanes = Array.from({ length: Number(atOnce) }, async (_, lane) => {
    for (let one = 1; one <= Number(cycles); one += 1) await cycle(`lane ${lane + 1}, cycle ${one}`);
  });
  await Promise.all(lanes);
  console.log(`${Number(cycles) * Number(atOnce)} nodes were killed; nothing is left of them`);
}
