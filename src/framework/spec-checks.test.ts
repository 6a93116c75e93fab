import { expect, test } from 'vitest';
import { letterDefinition } from '../../tests/harness/letter-kind.ts';
import { InvalidSpecError } from './outcome.ts';
import { problemsOf, readSpec, refusalOf } from './spec-checks.ts';

test('a spec is read with the defaults of the kind and of its schema', () => {
  expect(readSpec(letterDefinition, { recipients: ['ada'] })).toEqual({
    complete: { recipients: ['ada'], subject: 'For ada' },
    spec: { recipients: ['ada'], subject: 'For ada', text: '' },
  });
});

test('what is complete stays as it is, so that reading it again comes to the same', () => {
  const { complete, spec } = readSpec(letterDefinition, { recipients: ['ada'], subject: 'Hello' });
  expect(readSpec(letterDefinition, complete)).toEqual({ complete, spec });
});

test('a spec that the schema does not accept never reaches the functions of the kind', () => {
  const defaults = () => {
    throw new Error('reached');
  };
  const read = () => readSpec({ ...letterDefinition, defaults }, { recipients: 'ada' });
  expect(read).toThrow(new InvalidSpecError('InvalidSpec', 'spec.recipients must be a list'));
});

test('several problems are one refusal, with the reason of the first and each message once', () => {
  const [a, b] = [new InvalidSpecError('A', 'a is wrong'), new InvalidSpecError('B', 'b is wrong')];
  expect(refusalOf([a, b, a])).toMatchObject({ reason: 'A', message: 'a is wrong; b is wrong' });
  expect(refusalOf([])).toBeUndefined();
});

test('a kind without checks of its own finds nothing', () => {
  const { validate: _validate, ...unchecked } = letterDefinition;
  expect(problemsOf(unchecked, { recipients: ['a', 'a'] })).toEqual([]);
});
