import { messageOf } from '../api/errors.ts';
import { joinApiVersion, splitApiVersion } from '../api/object.ts';
import type { AnyDefinition } from '../definition.ts';

type ConvertedObject = { readonly apiVersion: string; readonly kind: string; readonly spec?: unknown };

/** What the API server asks, of `ConversionReview` v1. */
export type ConversionRequest = {
  readonly uid: string;
  readonly desiredAPIVersion: string;
  readonly objects: readonly ConvertedObject[];
};

/** What it is answered: all objects, or none. */
export type ConversionResponse = {
  readonly uid: string;
  readonly convertedObjects: readonly ConvertedObject[];
  readonly result: { readonly status: 'Success' } | { readonly status: 'Failed'; readonly message: string };
};

/** Turns specs of one version of a kind into those of another, by way of the current one. Metadata and status stay. */
export function convert(definitions: readonly AnyDefinition[], request: ConversionRequest): ConversionResponse {
  const { uid, objects, desiredAPIVersion } = request;
  try {
    const convertedObjects = objects.map((object) => converted(definitions, object, desiredAPIVersion));
    return { uid, convertedObjects, result: { status: 'Success' } };
  } catch (error) {
    return { uid, convertedObjects: [], result: { status: 'Failed', message: messageOf(error) } };
  }
}

function converted(definitions: readonly AnyDefinition[], object: ConvertedObject, wanted: string): ConvertedObject {
  const { apiVersion, kind, spec } = object;
  const { group, version } = splitApiVersion(wanted);
  const definition = definitions.find((each) => each.group === group && each.kind === kind);
  if (!definition || splitApiVersion(apiVersion).group !== group) {
    throw new Error(`${kind} of ${apiVersion} cannot be converted to ${wanted}: the operator does not know the kind`);
  }
  const current = conversionsOf(definition, splitApiVersion(apiVersion).version).toCurrent(spec);
  const result = conversionsOf(definition, version).fromCurrent(current);
  return { ...object, apiVersion: joinApiVersion(group, version), ...(result === undefined ? {} : { spec: result }) };
}

type Conversions = { toCurrent(spec: unknown): unknown; fromCurrent(spec: unknown): unknown };

const SAME: Conversions = { toCurrent: (spec) => spec, fromCurrent: (spec) => spec };

/** @throws Error for a version that is not declared. */
function conversionsOf({ kind, version: current, olderVersions = [] }: AnyDefinition, version: string): Conversions {
  if (version === current) {
    return SAME;
  }
  const older = olderVersions.find((each) => each.version === version);
  if (!older) {
    throw new Error(`${kind} has no version ${version}: the operator and the CRD are not of the same release`);
  }
  // The server has checked specs against the schema of their version before it asks.
  return {
    toCurrent: (spec) => older.toCurrent((spec ?? {}) as never),
    fromCurrent: (spec) => older.fromCurrent((spec ?? {}) as never),
  };
}
