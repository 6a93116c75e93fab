import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { CustomResource, createCustomResourceDefinition } from '../../src/framework/framework.ts';

const unrulySpecSchema = z.object({
  behaviour: z
    .enum(['block', 'hang', 'slow', 'patient', 'scribble'])
    .describe('What the kind does instead of its work.'),
  until: z.string().default('').describe('A file: block blocks until it is there.'),
});

const unrulyStatusSchema = z.object({
  writer: z.string().optional().describe('The process that wrote last.'),
  count: z.int().optional().describe('How often it has written.'),
});

/** A kind for tests of the process that does what kinds should not do. */
class UnrulyResource extends CustomResource<typeof unrulySpecSchema> {
  #count = 0;

  reconcile = async (): Promise<void> => {
    switch (this.spec.behaviour) {
      case 'block':
        return this.#block();
      case 'hang':
        return await new Promise(() => undefined);
      case 'slow':
        return await delay(3_000, undefined, { signal: this.signal });
      case 'patient':
        return await once(this.signal, 'abort').then(() => this.signal.throwIfAborted());
      case 'scribble':
        return this.#scribble();
    }
  };

  /** Leaves no other code of this thread a turn. */
  #block(): void {
    const nothing = new Int32Array(new SharedArrayBuffer(4));
    while (!existsSync(this.spec.until)) {
      Atomics.wait(nothing, 0, 0, 20);
    }
  }

  /** Writes as often as it can; by a timer, for a kind that asks for itself in every run is slowed down. */
  #scribble(): void {
    this.#count += 1;
    this.report({ writer: String(process.pid), count: this.#count });
    this.requeueAfter(1);
  }
}

export const unrulyDefinition = createCustomResourceDefinition({
  group: 'homelab.mortenolsen.pro',
  version: 'v1',
  kind: 'Unruly',
  names: { plural: 'unrulys', singular: 'unruly' },
  description: 'For tests of the process.',
  spec: unrulySpecSchema,
  status: unrulyStatusSchema,
  create: (options) => new UnrulyResource(options),
});
