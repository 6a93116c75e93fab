import { collectionPath } from '../api/discovery.ts';
import { isConflict, isInvalid } from '../api/errors.ts';
import { describeRef, type KubeObject, type Manifest, type ObjectRef } from '../api/object.ts';
import { explainRefusal, RefusedError } from '../api/refusal.ts';
import { NotReadyError } from '../outcome.ts';
import type { Services } from '../resources/services.ts';
import type { Component } from './component.ts';
import type { ComponentSubject } from './component-subject.ts';
import { deleteObject } from './deletion.ts';
import { controllerOf } from './owned-objects.ts';

/** Deleting one of these loses what is in it. */
const HOLD_DATA = ['PersistentVolumeClaim', 'PersistentVolume', 'Secret', 'Namespace', 'CustomResourceDefinition'];

/** A change that the server refused as invalid. */
export type Refused = {
  readonly error: RefusedError;
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
    const refusal = live && (await this.#refusalOfNew(refused.manifest));
    if (!live || refusal) {
      return refusal ?? error;
    }
    const immutable = error.reason === 'ImmutableField' ? error : immutableAsAWhole(ref, error);
    const isOurs = controllerOf(live) === subject.object.metadata.uid;
    if (component.replace !== 'recreate' || !isOurs || HOLD_DATA.includes(ref.kind)) {
      return immutable;
    }
    // The pods of a StatefulSet, and so its claims, are left for the new one to take over.
    await deleteObject(this.#services, live, ref.kind === 'StatefulSet' ? 'Orphan' : 'Background');
    subject.record({
      type: 'Normal',
      reason: 'Recreated',
      note: `Deleted ${describeRef(ref)} to make it anew, because it cannot be changed`,
      action: 'Recreate',
    });
    return new NotReadyError('Recreating', `${describeRef(ref)} is being deleted, and is made anew when it is gone`);
  }

  /**
   * Why the manifest would be refused even if nothing were there: nothing is deleted whose successor cannot be made. The
   * server checks a creation before it sees that the name is taken.
   */
  async #refusalOfNew(manifest: Manifest): Promise<unknown> {
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
      return undefined;
    } catch (error) {
      if (isConflict(error) || isInvalid(error)) {
        return isConflict(error) ? undefined : explainRefusal(error, { manifest, live: undefined });
      }
      throw error;
    }
  }
}

/** The server's words did not say it, but it would take the manifest if nothing were there. */
function immutableAsAWhole(ref: ObjectRef, error: RefusedError): RefusedError {
  const remedy = 'undo the change, or delete it, with what it holds, to have it made anew';
  const message = `${describeRef(ref)} cannot be changed to what is wanted: ${remedy}. ${error.message}`;
  return new RefusedError('ImmutableField', message, { cause: error });
}
