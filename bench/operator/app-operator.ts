import { readConfig } from '../../src/config.ts';
import { createLogger, loadKubeConfig, runOperator } from '../../src/framework/framework.ts';
import type { RunOptions } from '../../src/framework/host/run.ts';
import { definitions } from '../../src/resources/resources.ts';
import { appDefinition } from './app-kind.ts';
import { reportStalls } from './stalls.ts';

/**
 * Hearth with one more kind, which tells how late its event loop is. For every stamp in a spec it writes to standard output how
 * long the run that it started had waited since the bytes of its event came in from the network, as
 * `{"stamp":"…","waitedMs":…}`.
 */
const arrivals = new Map<string, number>();

function noteArrivals(chunk: unknown): void {
  for (const [, stamp = ''] of String(chunk).matchAll(/"stamp":"([^"]+)"/g)) {
    if (!arrivals.has(stamp)) {
      arrivals.set(stamp, performance.now());
    }
  }
}

/** Looks at what comes in on watches before anybody reads it. */
const listen: NonNullable<RunOptions['intercept']> = async (request, send) => {
  const answer = await send(request);
  if (request.query?.['watch']) {
    const push = answer.push.bind(answer);
    answer.push = (chunk, encoding) => {
      noteArrivals(chunk);
      return push(chunk, encoding);
    };
  }
  return answer;
};

const app = appDefinition((stamp) => {
  const arrived = arrivals.get(stamp);
  if (arrived !== undefined && !Number.isNaN(arrived)) {
    process.stdout.write(`${JSON.stringify({ stamp, waitedMs: performance.now() - arrived })}\n`);
    arrivals.set(stamp, Number.NaN); // the first run counts
  }
});

reportStalls();
const { log, ...config } = readConfig(process.env, false);
await runOperator({
  ...config,
  ...(process.env['HEARTH_BENCH_STAMPS'] ? { intercept: listen } : {}),
  kubeConfig: loadKubeConfig(),
  definitions: [...definitions, app],
  logger: createLogger(log),
});
