import type { KubeObject } from '../../api/object.ts';
import { conditionOf, hasSeen } from './observed.ts';
import { failed, firstOf, progressing, READY, type Readiness } from './verdict.ts';

/** Kinds that are known to get a `Ready` condition: while it is missing, nobody has looked at the object yet. */
export function judgeReadyCondition(object: KubeObject): Readiness {
  const ready = conditionOf(object, 'Ready');
  if (!ready) {
    return progressing('NotObserved', 'its controller has not seen it yet');
  }
  if (hasSeen(object, ready.observedGeneration) === false) {
    return progressing('NotObserved', 'its controller has not seen the latest change yet');
  }
  return ready.status === 'True' ? READY : progressing(ready.reason || 'NotReady', ready.message || 'it is not ready');
}

/** Kinds of which nothing is known: what a `Ready` condition says counts; without one, being there is all there is. */
export function judgeGeneric(object: KubeObject): Readiness {
  return conditionOf(object, 'Ready') ? judgeReadyCondition(object) : READY;
}

/** Ready when its kind is served. */
export function judgeCustomResourceDefinition(object: KubeObject): Readiness {
  const names = conditionOf(object, 'NamesAccepted');
  const established = conditionOf(object, 'Established');
  const isRefused = established?.status === 'False' && established.reason !== 'Installing';
  return firstOf(
    names?.status === 'False' && failed(names.reason || 'NamesNotAccepted', names.message || 'its names are taken'),
    isRefused && failed(established.reason || 'NotEstablished', established.message || 'it is not served'),
    established?.status !== 'True' && progressing('Installing', 'it is not served yet'),
  );
}
