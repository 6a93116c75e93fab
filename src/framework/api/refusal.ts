import { type ApiError, isInvalid } from './errors.ts';
import { describeRef, type KubeObject, type Manifest, refIn } from './object.ts';

/** The words by which the server says that a field cannot be changed any more; there is no code for it. */
const IMMUTABLE =
  /immutable|may not change once set|cannot change roleRef|cannot be changed|updates to .* for fields other than/i;

/** A write that the server will refuse as long as it is asked for the same. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly reason: 'Rejected' | 'ImmutableField';

  constructor(reason: RefusedError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

type Cause = { readonly field: string; readonly detail: string };

/** What was to be written where something is already. */
export type Attempt = { readonly manifest: Manifest; readonly live: KubeObject | undefined };

/** Puts a refused write into words that name the object and the fields; every other error stays as it is. */
export function explainRefusal(error: unknown, { manifest, live }: Attempt): unknown {
  if (!isInvalid(error)) {
    return error;
  }
  const what = describeRef(refIn(manifest));
  const causes = causesOf(error);
  const fixed = live ? causes.filter(({ detail }) => IMMUTABLE.test(detail)) : [];
  if (live && fixed.length > 0) {
    const fields = [...new Set(fixed.flatMap((cause) => fieldsOf(cause, manifest, live)))].join(', ');
    const remedy = 'undo the change, or delete it, with what it holds, to have it made anew';
    return new RefusedError('ImmutableField', `${what} cannot be changed in ${fields}: ${remedy}`, { cause: error });
  }
  return new RefusedError('Rejected', `${what} is refused by the API server: ${wordsOf(error)}`, { cause: error });
}

/** What the server said, without the request, the values that it repeats, and the lines below the first. */
export function wordsOf(error: ApiError): string {
  const causes = causesOf(error).map(({ field, detail }) => (field === '' ? detail : `${field}: ${detail}`));
  const { message } = error.status;
  // The request tells most where the server says nothing.
  const words = causes.length > 0 ? [...new Set(causes)].join('; ') : firstLine(message ?? error.message);
  return words.length <= 500 ? words : `${words.slice(0, 500)}…`;
}

function causesOf({ code, status }: ApiError): readonly Cause[] {
  const causes = code === 422 ? (status.details?.causes ?? []) : [];
  return causes.map(({ field = '', message = '' }) => {
    return { field, detail: firstLine(message.replace(PREFIX, '')) };
  });
}

/** The value may be a secret, and may be longer than all the rest. */
const PREFIX = /^(?:Invalid value: (?:\{.*\}|\[.*\]|"(?:[^"\\]|\\.)*"|[^:]*): |Forbidden: )/s;

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** Of a StatefulSet the server only says which fields may change: what else is wanted otherwise is meant. */
function fieldsOf({ field, detail }: Cause, manifest: Manifest, live: KubeObject): readonly string[] {
  if (field !== 'spec') {
    return [field];
  }
  const free = new Set([...detail.matchAll(/'(\w+)'/g)].map(([, name]) => name));
  const wanted = fieldsIn('spec' in manifest ? manifest['spec'] : undefined);
  const held = fieldsIn(live.spec);
  const changed = Object.keys(wanted).filter((name) => !free.has(name) && !isWithin(wanted[name], held[name]));
  return changed.length > 0 ? changed.map((name) => `spec.${name}`) : [field];
}

function fieldsIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Whether everything in `part` stands in `whole`, which the server may have added to. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) {
    return part === undefined || part === null || part === whole;
  }
  const held = fieldsIn(whole);
  return Object.entries(part).every(([name, value]) => isWithin(value, held[name]));
}

const DENIED = /User "([^"]+)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/;

/** A request that our rights do not allow: the verb, the resource and the namespace. */
export function explainForbidden(error: ApiError): string {
  const [, user, verb, resource, group, namespace] = DENIED.exec(error.status.message ?? '') ?? [];
  if (user === undefined) {
    return wordsOf(error); // a quota or an admission plugin, which says what it wants
  }
  const what = group ? `${resource}.${group}` : resource;
  const where = namespace ? `in namespace ${namespace}` : 'in the whole cluster';
  return `${user} may not ${verb} ${what} ${where}: give it a role that allows it`;
}
