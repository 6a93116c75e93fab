import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { projectionOf } from '../cache/projection.ts';
import type { ResourceService } from './resource-service.ts';

/** Nothing runs here: the types are the test. */
function types(resources: ResourceService): void {
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a', namespace: 'b' };

  const chosen = resources.get(ref, { projection: projectionOf(z.object({ spec: z.object({ replicas: z.int() }) })) });
  expectTypeOf(chosen.spec?.replicas).toEqualTypeOf<number | undefined>();
  expectTypeOf(chosen.metadata?.name).toEqualTypeOf<string | undefined>();
  // @ts-expect-error the projection leaves it out
  void chosen.spec?.template;
  // @ts-expect-error nothing of the status is kept
  void chosen.status?.readyReplicas;

  const data = resources.get(ref, { projection: projectionOf(z.object({ data: z.object({ key: z.string() }) })) });
  expectTypeOf(data.manifest?.data.key).toEqualTypeOf<string | undefined>();
  // @ts-expect-error the projection leaves it out
  void data.manifest?.data.other;

  const configMap = resources.get<{ data?: Readonly<Record<string, string>> }>({ ...ref, kind: 'ConfigMap' });
  expectTypeOf(configMap.manifest?.data?.['key']).toEqualTypeOf<string | undefined>();

  const metadata = resources.get(ref, { projection: 'metadata' });
  // @ts-expect-error nothing of the spec is kept
  void metadata.spec?.replicas;

  const declared = resources.get<{ spec: { replicas: number } }>(ref);
  expectTypeOf(declared.spec?.replicas).toEqualTypeOf<number | undefined>();
}

test('what a projection prunes cannot be read', () => {
  expectTypeOf(types).toBeFunction();
});
