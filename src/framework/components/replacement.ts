import { collectionPath } from '../api/discovery.ts';
import { type ApiError, isConflict, isInvalid } from '../api/errors.ts';
import { describeRef, type KubeObject, type Manifest, type ObjectRef } from '../api/object.ts';
import { InvalidSpecError, NotReadyError } from '../outcome.ts';
import type { Services } from '../resources/services.ts';
import type { Component } from './component.ts';
import type { ComponentSubject } from './component-subject.ts';
import { deleteObject } from './deletion.ts';
import { controllerOf } from './owned-objects.ts';

/** Deleting one of these loses what is in it. */
const HOLD_DATA = ['PersistentVolumeClaim', 'PersistentVolume', 'Secret', 'Namespace', 'CustomResourceDefinition'];

/** A change that the server refused as invalid. */
export type Refused = {
  readonly error: ApiError;
  readonly ref: ObjectRef;
  readonly live: KubeObject | undefined;
  readonly manifest: Manifest;
  readonly component: Pick<Component<never>, 'name' | 'replace'>;
};

/** Finds out why a change was refused, and makes the object anew where that is the way and the component says so. */
export class Replacement {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** @returns what to throw instead of the refusal. */
  async explain(refused: Refused, subject: ComponentSubject): Promise<unknown> {
    const { error, ref, live, component } = refused;
    if (!live || !(await this.#wouldBeCreated(refused.manifest))) {
      return error;
    }
    const why = `${describeRef(ref)} cannot be changed: ${reasonsIn(error)}`;
    const isOurs = controllerOf(live) === subject.object.metadata.uid;
    if (component.replace !== 'recreate' || !isOurs || HOLD_DATA.includes(ref.kind)) {
      return new InvalidSpecError(
        'ImmutableField',
        `${why}. Undo the change, or delete the object to have it made anew`,
        {
          cause: error,
        },
      );
    }
    // The pods of a StatefulSet, and so its claims, are left for the new one to take over.
    await deleteObject(this.#services, live, ref.kind === 'StatefulSet' ? 'Orphan' : 'Background');
    subject.record({
      type: 'Normal',
      reason: 'Recreated',
      note: `Deleted to be made anew: ${why}`,
      action: 'Recreate',
    });
    return new NotReadyError('Recreating', `${describeRef(ref)} is being deleted, and is made anew when it is gone`);
  }

  /**
   * Whether only the object that is there stands against the manifest: the server checks a creation before it sees that
   * the name is taken. So nothing is deleted whose successor would be refused as well.
   */
  async #wouldBeCreated(manifest: Manifest): Promise<boolean> {
    const { runtime, scope } = this.#services;
    const { discovery, transport } = runtime;
    const type = await discovery.resolve(manifest);
    const path = collectionPath(type, manifest.metadata.namespace);
    try {
      await transport.request({
        method: 'POST',
        path,
        query: { dryRun: 'All' },
        body: manifest,
        signal: scope?.signal(),
      });
      return true;
    } catch (error) {
      if (isConflict(error) || isInvalid(error)) {
        return isConflict(error);
      }
      throw error;
    }
  }
}

/** The fields and what is said of them, without the values: these are long, may be secret, and come in any order. */
function reasonsIn({ status }: ApiError): string {
  const causes = status.details?.causes ?? [];
  const reasons = causes.map(({ field, message = '' }) => [field, wordsOf(message)].filter(Boolean).join(': '));
  return [...new Set(reasons)].join(', ');
}

/** A refusal without a value may have the difference of two objects on the lines behind it. */
function wordsOf(message: string): string | undefined {
  const [first = ''] = message.split('\n');
  return first.startsWith('Forbidden: ') ? first.slice('Forbidden: '.length) : message.split(': ').at(-1);
}
