import type { Cause } from '../cause.ts';
import type { Priority } from './line.ts';

/** What people and other controllers wait for goes first; looking again at what was fine can wait. */
const PRIORITY_OF: Readonly<Record<Cause['type'], Priority>> = {
  object: 'high',
  reference: 'high',
  asked: 'high',
  retry: 'normal',
  echo: 'low',
  timer: 'low',
  start: 'low',
};

/** How urgent a run for this cause is. */
export function priorityOf(cause: Cause): Priority {
  return PRIORITY_OF[cause.type];
}
