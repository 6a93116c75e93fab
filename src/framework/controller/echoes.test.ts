import { expect, test } from 'vitest';
import { type Cause, Causes } from '../cause.ts';
import { Journal } from '../observe/journal.ts';
import { withEchoes } from './echoes.ts';

test('news of versions that we wrote are echoes, and other news stay what they are', () => {
  const journal = new Journal();
  journal.remember('Domain', 'home/a', '5');
  journal.remember('Secret', 'home/s', '6');
  const reference = { type: 'reference', kind: 'Secret', object: 'home/s', change: 'changed' } as const;
  const causes: Cause[] = [
    { type: 'object', change: 'status', resourceVersion: '5' },
    { type: 'object', change: 'spec', resourceVersion: '7' },
    { ...reference, resourceVersion: '6' },
    { ...reference, resourceVersion: '8' },
    { type: 'start' },
  ];
  const resolved = withEchoes(new Causes(...causes), { kind: 'Domain', key: 'home/a', journal });
  expect(resolved.list()).toEqual([
    { type: 'echo', kind: 'Domain', object: 'home/a', resourceVersion: '5' },
    causes[1],
    { type: 'echo', kind: 'Secret', object: 'home/s', resourceVersion: '6' },
    causes[3],
    { type: 'start' },
  ]);
});
