import { expect } from 'vitest';
import type { KindTrial } from '../../../tests/conformance/kind-trial.ts';
import type { Version } from '../../../tests/faults/fault-kind.ts';

const fields = (version: Version) => [{ name: 'first' }, ...(version === 'changed' ? [{ name: 'second' }] : [])];

export const trial: KindTrial = {
  faults: {
    manifest: (name, version) => ({
      apiVersion: 'homelab.mortenolsen.pro/v1',
      kind: 'GenerateSecret',
      metadata: { name },
      spec: { fields: fields(version) },
    }),
    secretOf: (name) => name,
    expectInLine: async (suite, { metadata }, version) => {
      const values = await suite.secret(metadata.name);
      expect(Object.keys(values).sort()).toEqual(fields(version).map((field) => field.name));
    },
  },
};
