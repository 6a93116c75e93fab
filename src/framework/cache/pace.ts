import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long a loop may keep the event loop to itself. */
const BUDGET_MS = 8;

/**
 * Lets others have their turn while a loop works through a lot: called once per item, it resolves at once unless the
 * loop has been busy for too long. A lease that is renewed and a probe that is answered wait no longer than that.
 */
export function createPace(budgetMs = BUDGET_MS): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < budgetMs) {
      return undefined;
    }
    return nextTurn().then(() => {
      since = performance.now();
    });
  };
}
