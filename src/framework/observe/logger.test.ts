import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LoggerOptions } from './logger.ts';

/** Runs a script that has `logger` in a process of its own, because the logger writes to standard error. */
function run(options: LoggerOptions, script: string): { lines: string[]; stdout: string } {
  const module = JSON.stringify(join(import.meta.dirname, 'logger.ts'));
  const source = `const { createLogger } = await import(${module});
    const logger = createLogger(${JSON.stringify(options)});
    ${script}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return { lines: stderr.trimEnd().split('\n'), stdout };
}

describe('the json format', () => {
  test('writes one object a line to standard error, with the fields of the child that wrote it', () => {
    const script = `
      const kind = logger.child({ kind: 'Domain' });
      const object = kind.child({ object: 'home/a' });
      object.info('started', { port: 8080, ready: false });
      kind.warn('slow');
      logger.error('line\\nbreak', { error: 'boom' });
      object.error('overridden', { object: 'home/b' });`;
    const { lines, stdout } = run({ level: 'info', format: 'json' }, script);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      {
        level: 'info',
        message: 'started',
        timestamp: time,
        kind: 'Domain',
        object: 'home/a',
        port: 8080,
        ready: false,
      },
      { level: 'warn', message: 'slow', timestamp: time, kind: 'Domain' },
      { level: 'error', message: 'line\nbreak', timestamp: time, error: 'boom' },
      { level: 'error', message: 'overridden', timestamp: time, kind: 'Domain', object: 'home/b' },
    ]);
    expect(stdout).toBe('');
  });

  test.each([
    { level: 'debug', written: ['debug', 'info', 'warn', 'error'] },
    { level: 'info', written: ['info', 'warn', 'error'] },
    { level: 'error', written: ['error'] },
  ] as const)('writes at the level $level only $written', ({ level, written }) => {
    const script = `for (const level of ['debug', 'info', 'warn', 'error']) { logger.child({ a: 1 })[level](level); }`;
    const { lines } = run({ level, format: 'json' }, script);
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject(
      written.map((each) => ({ level: each, a: 1 })),
    );
  });
});

describe('the text format', () => {
  test('writes the time, the level, the message and the fields for people', () => {
    const script = `logger.child({ kind: 'Domain' }).info('started', { port: 8080, error: undefined });`;
    const { lines } = run({ level: 'info', format: 'text' }, script);
    expect(lines).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3} info {2}started .*kind=Domain/)]);
    expect(lines[0]).toContain('port=8080');
    expect(lines[0]).not.toContain('error=');
  });
});
