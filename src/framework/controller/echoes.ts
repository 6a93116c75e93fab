import type { ObjectKey } from '../api/object.ts';
import { type Cause, Causes } from '../cause.ts';
import type { Journal } from '../observe/journal.ts';

/** The object that causes are about when they name none, and who knows what we wrote. */
export type EchoContext = { readonly kind: string; readonly key: ObjectKey; readonly journal: Journal };

/**
 * The same causes, those that tell of our own writes called echoes. It can only be said when the run begins: the watch
 * may bring a version before the answer to the write does.
 */
export function withEchoes(causes: Causes, context: EchoContext): Causes {
  const resolved = new Causes();
  resolved.addAll(causes, (cause) => resolve(cause, context));
  return resolved;
}

function resolve(cause: Cause, { kind, key, journal }: EchoContext): Cause {
  if (cause.type !== 'object' && cause.type !== 'reference') {
    return cause;
  }
  const { resourceVersion } = cause;
  const about = cause.type === 'object' ? { kind, object: key } : { kind: cause.kind, object: cause.object };
  return journal.isOurs(about.kind, about.object, resourceVersion)
    ? { type: 'echo', ...about, resourceVersion }
    : cause;
}
