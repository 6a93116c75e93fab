import type { Explanation } from '../framework/framework.ts';

type Run = Explanation['runs'][number];

/** An explanation for people: what is planned, then the runs, the latest first. */
export function explanationTable(explanation: Explanation): string {
  const { kind, object, leading, cached, queue, loop, runs } = explanation;
  const version = cached ? `at version ${cached.resourceVersion}${generation(cached.generation)}` : 'not in the cache';
  const lines = [`${kind} ${object}, ${version}`, `Next: ${nextOf(queue)}`];
  if (loop) {
    lines.push(`Loop: its own writes started ${loop.runs} runs in a row; it is held back for ${seconds(loop.heldMs)}`);
  }
  if (!leading) {
    lines.push('The process that answered stands by: it runs nothing.');
  }
  const told = runs.length === 0 ? ['No run is remembered.'] : runs.map(runTable);
  return [lines.join('\n'), ...told].join('\n\n');
}

function nextOf({ state, inMs, causes }: Explanation['queue']): string {
  switch (state) {
    case 'idle':
      return 'nothing is planned; a change starts a run';
    case 'planned':
      return `in ${seconds(inMs ?? 0)} (${causes.join('; ')})`;
    case 'waiting':
      return `as soon as its turn comes (${causes.join('; ')})`;
    case 'running':
      return 'a run is in progress';
  }
}

function runTable(run: Run): string {
  const duration = run.durationMs === undefined ? 'in progress' : `${run.durationMs} ms`;
  const rows = [
    ...rowsOf('because', run.causes),
    ...rowsOf('read', run.read),
    ...rowsOf('asked', [...run.requests.map(requestText), ...moreOf(run.requestCount - run.requests.length)]),
    ...rowsOf('wrote', run.wrote.map(writeText)),
    ...rowsOf('unchanged', run.skipped),
    ...rowsOf(
      'waits for',
      (run.troubles ?? []).map(({ kind, reason, message }) => `${reason} (${kind}): ${message}`),
    ),
    ...rowsOf('again', run.nextRunMs === undefined ? [] : [`after ${seconds(run.nextRunMs)}`]),
  ];
  return [`${run.startedAt}  ${run.id}  ${run.outcome ?? 'running'}  ${duration}`, ...rows].join('\n');
}

function rowsOf(name: string, entries: readonly string[]): string[] {
  return entries.map((entry, index) => `  ${(index === 0 ? name : '').padEnd(10)} ${entry}`);
}

function moreOf(count: number): string[] {
  return count > 0 ? [`and ${count} more`] : [];
}

function requestText({ method, path, code }: Run['requests'][number]): string {
  return `${method} ${path} → ${code === 0 ? 'no answer' : code}`;
}

function writeText({ kind, object, result, fields }: Run['wrote'][number]): string {
  return `${kind} ${object} ${result}${fields.length > 0 ? `: ${fields.join(', ')}` : ''}`;
}

function generation(value: number | undefined): string {
  return value === undefined ? '' : ` of generation ${value}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
