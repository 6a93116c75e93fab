import { parseArgs } from 'node:util';
import type { Options } from './measurement.ts';

/** @throws Error that says what is wrong with the command line. */
export function readOptions(argv: readonly string[], measurements: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      objects: { type: 'string', default: '100,1000' },
      children: { type: 'string', default: '4' },
      resync: { type: 'string', default: '10000' },
      'idle-minutes': { type: 'string', default: '10' },
      only: { type: 'string', default: '' },
      write: { type: 'boolean', default: false },
    },
  });
  const only = listOf(values.only);
  const unknown = only.find((name) => !measurements.includes(name));
  if (unknown !== undefined) {
    throw new Error(`--only ${unknown}: there are only ${measurements.join(', ')}`);
  }
  return {
    objects: listOf(values.objects).map((text) => numberIn('objects', text)),
    children: numberIn('children', values.children),
    resync: numberIn('resync', values.resync),
    idleMinutes: numberIn('idle-minutes', values['idle-minutes']),
    only,
    write: values.write,
  };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

function numberIn(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) {
    throw new Error(`--${option} ${text}: a number above 0 is wanted`);
  }
  return number;
}
