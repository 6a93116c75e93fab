import type { KubeObject } from '../../src/framework/framework.ts';

/** An object with what we make of it. */
export type Sample = {
  readonly what: string;
  readonly object: KubeObject;
  readonly state: 'ready' | 'progressing' | 'failed';
  readonly reason: string;
  /** Where kstatus says something else: what, and why we do not follow. */
  readonly kstatus?: { readonly status: 'Current' | 'InProgress' | 'Failed'; readonly because: string };
};

type Content = {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly spec?: unknown;
  readonly status?: unknown;
};

/** An object of generation 2, with whatever is said of it. */
export function object(apiVersion: string, kind: string, { metadata, ...content }: Content = {}): KubeObject {
  const base = { name: 'x', namespace: 'ns', uid: 'u', resourceVersion: '1', generation: 2 };
  return { apiVersion, kind, metadata: { ...base, ...metadata }, ...content };
}

export function condition(type: string, status: string, reason = 'Because') {
  return { type, status, reason, message: `what ${type} says`, lastTransitionTime: '2026-01-01T00:00:00Z' };
}

/** A status that tells of generation 2. */
export const seen = { observedGeneration: 2 };

/** For samples where kstatus does not look. */
export function notLooked(because: string): NonNullable<Sample['kstatus']> {
  return { status: 'Current', because };
}

export const UNSEEN = 'kstatus takes an object that no controller has looked at for done';
