import type { Dispatcher } from 'undici';

/** Whether this process may write now. Asked for every write, at the moment when it leaves. */
export type MayWrite = () => boolean;

/** A write was held back, because another process may be at work by now. */
export class NotLeadingError extends Error {
  override readonly name = 'NotLeadingError';
}

/**
 * A dispatcher that sends nothing while writing is not allowed. It asks when the request gets its connection, not when
 * it was made: a request may wait long for a free one, and a process may be stopped in between.
 */
export function guarded(dispatcher: Dispatcher, mayWrite: MayWrite): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => dispatch(options, guardedHandler(handler, mayWrite)));
}

function guardedHandler(handler: Dispatcher.DispatchHandler, mayWrite: MayWrite): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => {
      if (mayWrite()) {
        handler.onRequestStart?.(controller, context);
      } else {
        controller.abort(new NotLeadingError('held back, because this process does not hold the lease'));
      }
    },
    onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  };
}
