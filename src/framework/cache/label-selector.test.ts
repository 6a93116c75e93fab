import { expect, test } from 'vitest';
import { matchesSelector } from './label-selector.ts';

const labels = { app: 'web', tier: 'front', 'example.com/part': 'of' };

test.each([
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app=db', false],
  ['missing=web', false],
  ['app!=db', true],
  ['app!=web', false],
  ['missing!=web', true],
  ['app', true],
  ['missing', false],
  ['!app', false],
  ['!missing', true],
  ['app in (web,db)', true],
  ['app in (db)', false],
  ['missing in (web)', false],
  ['app notin (db)', true],
  ['app notin (db, web)', false],
  ['missing notin (web)', true],
  ['app=web,tier=front', true],
  ['app=web,tier=back', false],
  ['app in (db,web), tier, example.com/part=of', true],
  ['app in (db,web),!tier', false],
])('%s', (selector, matches) => {
  expect(matchesSelector(labels, selector)).toBe(matches);
});
