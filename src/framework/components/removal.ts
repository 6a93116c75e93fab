import { describeRef, type KubeObject, refOf } from '../api/object.ts';
import { NotReadyError } from '../outcome.ts';
import type { Services } from '../resources/services.ts';
import type { Component } from './component.ts';
import type { ComponentSubject } from './component-subject.ts';
import { deleteObject } from './deletion.ts';
import { componentOf } from './owned-objects.ts';
import { isClaim } from './wanted.ts';

/** Deletes what no component wants any more. What cannot be deleted is told when the others have been. */
export async function prune(
  services: Services,
  objects: readonly KubeObject[],
  subject: ComponentSubject,
): Promise<void> {
  const going = objects.filter(({ metadata }) => !metadata.deletionTimestamp);
  const results = await Promise.allSettled(
    going.map(async (object) => {
      if (await deleteObject(services, object, 'Background')) {
        const note = `Deleted ${describeRef(refOf(object))}, which component ${componentOf(object)} does not want any more`;
        subject.record({ type: 'Normal', reason: 'Pruned', note, action: 'Prune' });
      }
    }),
  );
  rethrow(results);
}

/**
 * What may go now when everything is to go: the objects of components that no component with objects left needs. Claims
 * are not waited for, as they go with their owner.
 */
export function nextToGo<TInput>(
  objects: readonly KubeObject[],
  components: readonly Component<TInput>[],
): KubeObject[] {
  const present = objects.filter((object) => !isClaim(object));
  const names = new Set(present.map(componentOf));
  const held = foundationsOf(components.filter(({ name }) => names.has(name)));
  return present.filter((object) => !held.has(componentOf(object) ?? ''));
}

/** The names of all that some components stand on, also over parts that are switched off or gone already. */
function foundationsOf<TInput>(components: readonly Component<TInput>[]): Set<string> {
  const names = new Set<string>();
  const visit = ({ needs = [] }: Component<TInput>): void => {
    for (const need of needs.filter(({ name }) => !names.has(name))) {
      names.add(need.name);
      visit(need);
    }
  };
  components.forEach(visit);
  return names;
}

/** Deletes what may go, and waits for it. @throws NotReadyError until nothing is left. */
export async function removeInOrder<TInput>(
  services: Services,
  objects: readonly KubeObject[],
  components: readonly Component<TInput>[],
): Promise<void> {
  const going = nextToGo(objects, components);
  // In the foreground: an object is there until its pods are gone.
  rethrow(await Promise.allSettled(going.map((object) => deleteObject(services, object, 'Foreground'))));
  const [first] = going;
  if (first) {
    const others = going.length > 1 ? ` and ${going.length - 1} more` : '';
    const message = `${describeRef(refOf(first))}${others} of component ${componentOf(first)} is being deleted`;
    throw new NotReadyError('Deleting', message);
  }
}

function rethrow(results: readonly PromiseSettledResult<unknown>[]): void {
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    throw failed.reason;
  }
}
