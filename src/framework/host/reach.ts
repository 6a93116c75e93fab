import type { AnyDefinition } from '../definition.ts';
import type { Logger } from '../observe/logger.ts';

type ReachOptions = {
  readonly definitions: readonly AnyDefinition[];
  readonly namespaces?: readonly string[];
  readonly logger: Logger;
};

/**
 * The kinds that an operator can look after: one that is limited to namespaces has no say over objects of the whole
 * cluster, which other operators may look after too.
 */
export function withinReach({ definitions, namespaces = [], logger }: ReachOptions): readonly AnyDefinition[] {
  const beyond = namespaces.length === 0 ? [] : definitions.filter(({ scope }) => scope === 'Cluster');
  if (beyond.length > 0) {
    const kinds = beyond.map(({ kind }) => kind);
    logger.info('kinds of the whole cluster are left alone by an operator of some namespaces', {
      kinds: kinds.join(', '),
    });
  }
  return definitions.filter((definition) => !beyond.includes(definition));
}
