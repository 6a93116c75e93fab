/** How an object is doing: it works, it is on its way, or it does not get there without somebody's help. */
export type Readiness = {
  readonly state: 'ready' | 'progressing' | 'failed';
  /** CamelCase and stable. */
  readonly reason: string;
  /** For people; empty when it is ready. */
  readonly message: string;
};

export const READY: Readiness = { state: 'ready', reason: 'Ready', message: '' };

export function progressing(reason: string, message: string): Readiness {
  return { state: 'progressing', reason, message };
}

export function failed(reason: string, message: string): Readiness {
  return { state: 'failed', reason, message };
}

/** The first verdict that is given; ready when none is. */
export function firstOf(...verdicts: readonly (Readiness | false | undefined)[]): Readiness {
  return verdicts.find((verdict) => verdict !== false && verdict !== undefined) || READY;
}
