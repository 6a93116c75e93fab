import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Component } from './components/component.ts';
import type { CustomResource } from './custom-resource.ts';
import { createCustomResourceDefinition } from './definition.ts';

const kinds = [{ apiVersion: 'v1', kind: 'ConfigMap' }];
const first: Component<unknown> = { name: 'first', kinds, manifests: () => [] };
const second: Component<unknown> = { name: 'second', kinds, needs: [first], manifests: () => [] };

function defined(components: readonly Component<unknown>[]) {
  return createCustomResourceDefinition({
    group: 'example.com',
    version: 'v1',
    kind: 'Widget',
    names: { plural: 'widgets', singular: 'widget' },
    spec: z.object({}),
    components,
    create: (): CustomResource<z.ZodObject> => {
      throw new Error('nothing is reconciled here');
    },
  });
}

test('a component that is needed and was forgotten is told where the kind is defined, not when it runs', () => {
  expect(defined([first, second]).components).toHaveLength(2);
  expect(() => defined([second])).toThrow('Widget: component first is needed, but is not in the list');
});
