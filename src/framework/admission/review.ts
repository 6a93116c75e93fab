import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../api/errors.ts';
import { describeRef, joinApiVersion } from '../api/object.ts';
import type { AnyDefinition } from '../definition.ts';
import type { Logger } from '../observe/logger.ts';
import { InvalidSpecError } from '../outcome.ts';
import { problemsOf, readSpec, refusalOf } from '../spec-checks.ts';

/** An object as a review brings it: nobody has looked at its shape yet. */
type ReviewedObject = {
  readonly metadata?: { readonly deletionTimestamp?: string };
  readonly spec?: unknown;
};

/** What the API server asks, of `AdmissionReview` v1. */
export type AdmissionRequest = {
  readonly uid: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly name?: string;
  readonly namespace?: string;
  readonly object?: ReviewedObject | null;
  readonly oldObject?: ReviewedObject | null;
};

/** What it is answered. */
export type AdmissionResponse = {
  readonly uid: string;
  readonly allowed: boolean;
  readonly warnings?: readonly string[];
  readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
  readonly patchType?: 'JSONPatch';
  /** A JSON patch in base64. */
  readonly patch?: string;
};

export type ReviewerOptions = { readonly definitions: readonly AnyDefinition[]; readonly logger: Logger };

/**
 * Answers reviews of our kinds with the checks that every run makes, in the same words.
 *
 * It stands in nobody's way: what is being deleted, what leaves the spec as it was, and what our own code cannot check are
 * allowed; the run that follows says what is wrong.
 */
export class Reviewer {
  readonly #options: ReviewerOptions;

  constructor(options: ReviewerOptions) {
    this.#options = options;
  }

  /** Whether an object may be stored. */
  validate(request: AdmissionRequest): AdmissionResponse {
    return this.#answer(request, (definition, object) => {
      const { oldObject } = request;
      const { spec } = readSpec(definition, object.spec);
      const problems = problemsOf(definition, spec, oldObject ? specOf(definition, oldObject) : undefined);
      const isAdmitted = ({ reason }: InvalidSpecError) => definition.admittedReasons?.includes(reason) ?? false;
      const refusal = refusalOf(problems.filter((problem) => !isAdmitted(problem)));
      if (refusal) {
        throw refusal;
      }
      const warnings = problems.map(({ message }) => `${describe(request)}: ${message}`);
      return warnings.length > 0 ? { warnings } : {};
    });
  }

  /** What is filled in before an object is stored. What the schema does not accept is left as it is, to be refused. */
  mutate(request: AdmissionRequest): AdmissionResponse {
    return this.#answer(request, (definition, object) => {
      const complete = specOf(definition, object, 'complete');
      if (complete === undefined || isDeepStrictEqual(complete, object.spec)) {
        return {};
      }
      const patch = [{ op: 'add', path: '/spec', value: complete }]; // replaces what is there
      return { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
    });
  }

  #answer(
    request: AdmissionRequest,
    check: (definition: AnyDefinition, object: ReviewedObject) => Partial<AdmissionResponse>,
  ): AdmissionResponse {
    const { uid, object, oldObject } = request;
    const definition = this.#definitionOf(request);
    const isSame = oldObject && isDeepStrictEqual(oldObject.spec, object?.spec);
    if (!object || !definition || object.metadata?.deletionTimestamp || isSame) {
      return { uid, allowed: true };
    }
    try {
      return { uid, allowed: true, ...check(definition, object) };
    } catch (error) {
      return error instanceof InvalidSpecError ? refused(request, error) : this.#unchecked(request, error);
    }
  }

  /** Our own code is wrong, which must not keep anybody from working. */
  #unchecked(request: AdmissionRequest, error: unknown): AdmissionResponse {
    const what = describe(request);
    this.#options.logger.error('a check failed at admission', { object: what, error: messageOf(error) });
    return { uid: request.uid, allowed: true, warnings: [`${what} was not checked: see its conditions`] };
  }

  #definitionOf({ kind: { group, version, kind } }: AdmissionRequest): AnyDefinition | undefined {
    return this.#options.definitions.find(
      (each) => each.group === group && each.version === version && each.kind === kind,
    );
  }
}

function refused(request: AdmissionRequest, { message }: InvalidSpecError): AdmissionResponse {
  const status = { code: 422, reason: 'Invalid', message: `${describe(request)}: ${message}` };
  return { uid: request.uid, allowed: false, status };
}

/** The object as messages name it. One whose name the server makes up has none yet. */
function describe({ kind: { group, version, kind }, name = '', namespace }: AdmissionRequest): string {
  return describeRef({ apiVersion: joinApiVersion(group, version), kind, name, namespace });
}

/** The spec of an object, parsed unless said otherwise; nothing when the schema does not accept it. */
function specOf(definition: AnyDefinition, { spec }: ReviewedObject, part: 'spec' | 'complete' = 'spec'): unknown {
  try {
    return readSpec(definition, spec)[part];
  } catch (error) {
    if (error instanceof InvalidSpecError) {
      return undefined;
    }
    throw error;
  }
}
