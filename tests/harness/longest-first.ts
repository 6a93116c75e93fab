import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take more than a minute, the longest first. One that is missing here costs time and nothing else. */
const LONG = [
  'tests/integration/conformance.test.ts',
  'tests/faults/silent.test.ts',
  'tests/faults/gentle.test.ts',
  '.upgrade.integration.test.ts',
  'tests/faults/brutal.test.ts',
  'tests/integration/conformance-oracles.test.ts',
  'tests/integration/dockerfile.test.ts',
  'tests/integration/overlays.test.ts',
];

/**
 * The files that take long begin first, so that at the end nobody waits for one of them. Vitest knows how long files take only
 * where it has run them, and takes big ones for long otherwise, which is wrong: most of what takes long is in other files.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONG.findIndex((name) => moduleId.endsWith(name));
      return place < 0 ? LONG.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
