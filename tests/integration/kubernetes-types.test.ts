import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { coreTypesSource, type OpenApiDocument } from '../../scripts/kubernetes-types/core-types.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { useSuite } from '../harness/suite.ts';

const GENERATED = join(import.meta.dirname, '../../src/framework/schema/generated/core.ts');

const suite = useSuite({ name: 'kubernetes-types', withoutOperator: true });

testNeeding('audit')('Kubernetes’ own types are what the pinned API server publishes', async () => {
  const { body } = await suite().testenv.request({ path: '/openapi/v3/api/v1' });
  const expected = coreTypesSource(body as OpenApiDocument);
  expect(readFileSync(GENERATED, 'utf8') === expected, 'run `npm run kubernetes-types` and `npm run generate`').toBe(
    true,
  );
});
