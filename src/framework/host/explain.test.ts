import { describe, expect, test } from 'vitest';
import { Causes } from '../cause.ts';
import { Journal } from '../observe/journal.ts';
import { Explainer, type ExplainerOptions } from './explain.ts';

function explainer(kind: Partial<ReturnType<ExplainerOptions['find']>> = {}) {
  const journal = new Journal();
  const type = { group: 'example.com', version: 'v1', kind: 'Domain', plural: 'domains', namespaced: true };
  const metadata = { name: 'a', uid: 'u', resourceVersion: '7', generation: 2 };
  const found = {
    type,
    informer: { get: () => ({ apiVersion: 'example.com/v1', kind: 'Domain', metadata }) },
    queue: { stateOf: () => ({ state: 'idle' }) as const },
    controller: { loopOf: () => undefined },
    ...kind,
  };
  const find = (name: string) => (name === 'Domain' ? found : undefined);
  return { journal, explainer: new Explainer({ journal, isLeader: () => true, find }) };
}

const asked = (query: string) => new URLSearchParams(query);

describe('Explainer', () => {
  test('tells what is cached, what is planned and what was run, the latest first', () => {
    const causes = new Causes({ type: 'timer', afterMs: 300_000 });
    const parts = explainer({ queue: { stateOf: () => ({ state: 'planned', inMs: 12.4, causes }) } });
    parts.journal.begin('Domain', 'home/a', new Causes({ type: 'start' }));
    const latest = parts.journal.begin('Domain', 'home/a', causes);
    const { code, contentType, body } = parts.explainer.answer(asked('kind=Domain&key=home/a'));
    expect({ code, contentType }).toEqual({ code: 200, contentType: 'application/json' });
    const explanation = JSON.parse(body);
    expect(explanation).toMatchObject({
      kind: 'Domain',
      object: 'home/a',
      leading: true,
      cached: { resourceVersion: '7', generation: 2 },
      queue: { state: 'planned', inMs: 12, causes: ['timer after 300 s'] },
      runs: [{ id: latest.id }, { causes: ['found at start-up'] }],
    });
    expect(explanation).not.toHaveProperty('loop');
  });

  test('tells of a loop while there is one, and of an object that is not there', () => {
    const loop = { runs: 25, heldMs: 4_000 };
    const { explainer: one } = explainer({ controller: { loopOf: () => loop }, informer: { get: () => undefined } });
    const explanation = JSON.parse(one.answer(asked('kind=Domain&key=home/a')).body);
    expect(explanation).toMatchObject({ loop, runs: [] });
    expect(explanation).not.toHaveProperty('cached');
  });

  test.each([
    { query: '', code: 400 },
    { query: 'kind=Domain', code: 400 },
    { query: 'kind=Secret&key=home/a', code: 404 },
  ])('answers "$query" with $code', ({ query, code }) => {
    expect(explainer().explainer.answer(asked(query)).code).toBe(code);
  });
});
