import type { Rule } from '../../src/framework/rights/rule.ts';
import type { Finding } from '../../src/framework/testing/conformance.ts';
import {
  configOf,
  newToken,
  type Parts,
  recordsOf,
  type SpecimenResource,
  soundParts,
  writeToken,
} from './specimen.ts';

/** A kind that is wrong in one way, and the oracle that is there to notice it. */
export type BrokenKind = {
  readonly name: string;
  readonly caughtBy: Finding['oracle'];
  readonly flaw: Partial<Parts>;
  /** Rights declared beside those that a sound kind needs. */
  readonly rules?: readonly Rule[];
};

/** What an instance remembers: gone when the process is. */
const makers = new WeakSet<SpecimenResource>();

export const brokenKinds: readonly BrokenKind[] = [
  {
    name: 'sends a change on every run that changes nothing',
    caughtBy: 'silence',
    flaw: {
      config: async (self) => {
        await soundParts.config(self);
        await patchConfig(self, {});
      },
    },
  },
  {
    name: 'makes the second part only if it has made the first one itself',
    caughtBy: 'crash',
    flaw: {
      config: async (self) => {
        if (!self.config.current?.exists) {
          makers.add(self);
        }
        await soundParts.config(self);
      },
      token: async (self) => {
        if (makers.has(self) || self.secret.current?.exists) {
          await soundParts.token(self);
        }
      },
    },
  },
  {
    name: 'makes a value anew until its status says that there is one',
    caughtBy: 'crash',
    flaw: {
      token: async (self) => {
        await (self.status['made'] ? soundParts.token(self) : writeToken(self, newToken()));
      },
    },
  },
  {
    name: 'makes what is missing and does not look at what is there',
    caughtBy: 'drift',
    flaw: {
      config: async (self) => {
        await (self.config.current?.exists ? undefined : soundParts.config(self));
      },
    },
  },
  {
    name: 'thinks that what it made once is there for ever',
    caughtBy: 'children',
    flaw: {
      config: async (self) => {
        const isLost = self.status['made'] && !self.config.current?.exists;
        await (isLost ? undefined : soundParts.config(self));
      },
    },
  },
  {
    name: 'forgets to say whose a child is',
    caughtBy: 'deletion',
    flaw: {
      config: async (self) => {
        const { metadata, ...manifest } = configOf(self);
        const { name, namespace } = metadata;
        await self.config.current?.patch({ ...manifest, metadata: { name, namespace } });
      },
    },
  },
  {
    name: 'cleans up outside only what its status tells of',
    caughtBy: 'deletion',
    flaw: {
      forget: (self) => {
        if (self.status['made']) {
          recordsOf(self.namespace).delete(self.name);
        }
      },
    },
  },
  {
    name: 'takes what its cache does not have for what does not exist',
    caughtBy: 'stale cache',
    flaw: {
      config: async (self) => {
        const { data = {} } = (self.config.current?.manifest ?? {}) as { data?: Readonly<Record<string, string>> };
        await self.config.current?.patch(configOf(self, { stamp: data['stamp'] || newToken() }));
      },
    },
  },
  {
    name: 'takes labels away that are not its own',
    caughtBy: 'foreign fields',
    flaw: {
      config: async (self) => {
        await soundParts.config(self);
        const { labels = {} } = self.config.current?.metadata ?? {};
        const others = Object.keys(labels).filter((label) => !label.startsWith('app.kubernetes.io/'));
        if (others.length > 0) {
          await patchConfig(self, { labels: Object.fromEntries(others.map((label) => [label, null])) });
        }
      },
    },
  },
  {
    name: 'ends its message with a full stop',
    caughtBy: 'status',
    flaw: { message: async () => 'Everything is kept.' },
  },
  {
    name: 'tells the value that it made',
    caughtBy: 'secrets',
    flaw: { message: async (self) => `The token is ${(await self.secret.current?.read())?.['token']}` },
  },
  {
    name: 'asks for what it was not allowed',
    caughtBy: 'rights',
    flaw: {
      record: (self) => {
        soundParts.record(self);
        const { transport } = self.services.runtime;
        transport.request({ path: `/api/v1/namespaces/${self.namespace}/pods` }).catch(() => undefined);
      },
    },
  },
  {
    name: 'is allowed what it does not ask for',
    caughtBy: 'rights',
    flaw: {},
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] }],
  },
];

/** Writes past the gateway, as a kind should not. */
async function patchConfig({ services, namespace, name }: SpecimenResource, metadata: object): Promise<void> {
  await services.runtime.transport.request({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/configmaps/${name}`,
    body: { metadata },
    contentType: 'application/merge-patch+json',
  });
}
