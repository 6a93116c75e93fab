import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestenv } from '../testenv/src/testenv.ts';
import { coreTypesSource, type OpenApiDocument } from './kubernetes-types/core-types.ts';

/** Writes Kubernetes' own types as Zod schemas, from what the pinned API server publishes: `npm run kubernetes-types`. */
const TARGET = 'src/framework/schema/generated/core.ts';

const testenv = await startTestenv({ profile: 'api', thirdParties: false });
try {
  const { body } = await testenv.request({ path: '/openapi/v3/api/v1' });
  await writeFile(join(import.meta.dirname, '..', TARGET), coreTypesSource(body as OpenApiDocument));
  console.log(TARGET);
} finally {
  await testenv.stop();
}
