import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMPONENT_LABEL } from '../api/field-manager.ts';
import type { KubeObject, Manifest } from '../api/object.ts';
import type { Component } from './component.ts';
import { byUrgency, statusOf, waitsFor } from './component-result.ts';
import { nextToGo } from './removal.ts';
import { rolloutOrder } from './rollout-order.ts';
import { leftovers, type Wanted, wantedBy } from './wanted.ts';

type Input = { readonly on: ReadonlySet<string> };

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

function component(name: string, parts: Partial<Component<Input>> = {}): Component<Input> {
  return { name, kinds: [CONFIG_MAP], manifests: () => [configMap(name)], when: ({ on }) => on.has(name), ...parts };
}

function configMap(name: string): Manifest {
  return { ...CONFIG_MAP, metadata: { name, namespace: 'ns' } };
}

/** An object as the cluster has it. */
function made(name: string, by: string, type = CONFIG_MAP): KubeObject {
  const labels = { [COMPONENT_LABEL]: by };
  return { ...type, metadata: { name, namespace: 'ns', uid: name, resourceVersion: '1', labels } };
}

/** Components that need some of those made before them, in a list of any order. */
const lists = fc
  .array(fc.array(fc.nat()), { maxLength: 8 })
  .map((picks) => {
    const components: Component<Input>[] = [];
    for (const [index, pick] of picks.entries()) {
      const needs = components.length === 0 ? [] : pick.map((each) => components[each % components.length]);
      components.push(component(`c${index}`, { needs: needs.filter((need) => need !== undefined) }));
    }
    return components;
  })
  .chain((components) => fc.shuffledSubarray(components, { minLength: components.length }));

describe('the order of a rollout', () => {
  test('has every component once, behind all that it needs', () => {
    fc.assert(
      fc.property(lists, (components) => {
        const order = rolloutOrder(components);
        expect(new Set(order)).toEqual(new Set(components));
        expect(order).toHaveLength(components.length);
        for (const [index, { needs = [] }] of order.entries()) {
          expect(needs.every((need) => order.indexOf(need) < index)).toBe(true);
        }
      }),
    );
  });

  test('is that of the list where nothing is needed', () => {
    const components = [component('b'), component('a'), component('c')];
    expect(rolloutOrder(components)).toEqual(components);
  });

  test.each([
    ['two of one name', () => [component('a'), component('a')], 'two components are called a'],
    ['a need that is not in the list', () => [component('a', { needs: [component('b')] })], 'component b is needed'],
    ['a name that no label can hold', () => [component('A b')], '"A b" cannot name a component'],
    ['a circle', circle, 'components need each other: a → b → a'],
  ])('refuses %s', (_what, components, message) => {
    expect(() => rolloutOrder(components())).toThrow(message);
  });
});

function circle(): Component<Input>[] {
  const needs: Component<Input>[] = [];
  const a = component('a', { needs });
  const b = component('b', { needs: [a] });
  needs.push(b);
  return [a, b];
}

test('a component that is switched off is not asked what it wants', () => {
  const careless = component('a', {
    manifests: () => {
      throw new Error('asked');
    },
  });
  expect(wantedBy(careless, { on: new Set<string>() }).state).toBe('off');
  expect(wantedBy(careless, { on: new Set(['a']) })).toMatchObject({ state: 'broken', error: new Error('asked') });
});

describe('what is pruned', () => {
  const wantedFor = (components: readonly Component<Input>[], on: readonly string[]): Wanted<Input>[] =>
    components.map((each) => wantedBy<Input>(each, { on: new Set(on) }));

  test('is exactly what no component that is switched on wants', () => {
    const names = ['a', 'b', 'c', 'd'];
    fc.assert(
      fc.property(fc.subarray(names), fc.subarray([...names, 'gone']), (on, there) => {
        const components = names.map((name) => component(name));
        const objects = there.map((name) => made(name, name));
        const left = leftovers(objects, wantedFor(components, on)).map(({ metadata }) => metadata.name);
        expect(left).toEqual(there.filter((name) => !on.includes(name)));
      }),
    );
  });

  test('is not what moved from one component to another, nor what is seen in another version of its API', () => {
    const wanted = wantedFor([component('new', { manifests: () => [configMap('x')] })], ['new']);
    expect(leftovers([made('x', 'old')], wanted)).toEqual([]);
    const manifests = () => [{ apiVersion: 'apps/v2', kind: 'Thing', metadata: { name: 'x', namespace: 'ns' } }];
    const kinds = [{ apiVersion: 'apps/v2', kind: 'Thing' }];
    const moved = wantedFor([component('a', { kinds, manifests })], ['a']);
    expect(leftovers([made('x', 'a', { apiVersion: 'apps/v1', kind: 'Thing' })], moved)).toEqual([]);
  });

  test('is nothing while a component cannot say what it wants', () => {
    const broken = component('b', {
      manifests: () => {
        throw new Error('no');
      },
    });
    expect(leftovers([made('a', 'a')], wantedFor([component('a'), broken], ['b']))).toEqual([]);
    expect(leftovers([made('a', 'a')], wantedFor([component('a'), broken], []))).toHaveLength(1);
  });

  test('is no claim, unless its component says so', () => {
    const type = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
    const claim = made('data', 'a', type);
    expect(leftovers([claim], wantedFor([component('a')], []))).toEqual([]);
    expect(leftovers([claim], wantedFor([component('a', { deletesClaims: true })], []))).toEqual([claim]);
    expect(leftovers([made('data', 'gone', type)], wantedFor([component('a')], []))).toEqual([]);
  });

  test('is never there for a kind that was not declared, because that is refused', () => {
    const manifests = () => [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' } }];
    const [wanted] = wantedFor([component('a', { manifests })], ['a']);
    expect(wanted).toMatchObject({
      state: 'broken',
      error: new Error('Component a makes a Service of v1, which is not among its kinds'),
    });
  });
});

describe('the end in order', () => {
  test('comes to all, and to none before those that need it', () => {
    fc.assert(
      fc.property(lists, (components) => {
        let left = components.flatMap(({ name }) => [made(name, name), made(`${name}-2`, name)]);
        while (left.length > 0) {
          const going = nextToGo(left, components);
          expect(going.length).toBeGreaterThan(0);
          const names = new Set(going.map(({ metadata }) => metadata.labels?.[COMPONENT_LABEL]));
          const others = left.filter((object) => !going.includes(object));
          for (const { name, needs = [] } of components) {
            const isThere = left.some(({ metadata }) => metadata.labels?.[COMPONENT_LABEL] === name);
            expect(isThere && needs.some((need) => names.has(need.name))).toBe(false);
          }
          left = others;
        }
      }),
    );
  });

  test('does not wait for claims, and does not forget what is of a component of before', () => {
    const claim = made('data', 'a', { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    const old = made('old', 'gone');
    expect(nextToGo([claim, old], [component('a')])).toEqual([old]);
  });

  test('sees needs through a component that is gone already', () => {
    const a = component('a');
    const b = component('b', { needs: [a] });
    const c = component('c', { needs: [b] });
    expect(nextToGo([made('a', 'a'), made('c', 'c')], [a, b, c]).map(({ metadata }) => metadata.name)).toEqual(['c']);
  });
});

describe('what is told', () => {
  const waiting = { name: 'web', ...waitsFor(['database']) };
  const broken = { name: 'database', ready: false, reason: 'PodsNotReady', message: '0 of 1 pod is ready' };

  test('of all names the first in trouble, before those that only wait for it', () => {
    expect(byUrgency([waiting, broken]).map(({ message }) => message)).toEqual([
      'database: 0 of 1 pod is ready',
      'web: waits for database',
    ]);
  });

  test('of each stands in the status as it is', () => {
    expect(statusOf({ name: 'a', ready: true, message: 'never mind' })).toEqual({
      name: 'a',
      ready: true,
      reason: 'Ready',
      message: '',
    });
    expect(statusOf(broken)).toEqual(broken);
  });
});
