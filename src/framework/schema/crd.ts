import type { z } from 'zod';
import { checkColumns, type PrinterColumn, withDefaultColumns } from './columns.ts';
import { rulesIn } from './fields.ts';
import { type AnyZod, jsonSchemaOf } from './json-schema.ts';
import { isKeptField, keptField } from './kept-fields.ts';
import type { OlderVersion } from './older-version.ts';
import type { JsonSchema } from './openapi-schema.ts';
import { SchemaRefusal } from './refusal.ts';
import { checkScale, type ScalePaths } from './scale.ts';
import { statusSchemaOf } from './status.ts';
import { toStructural } from './structural.ts';

/** What a kind says about itself; everything else in its CRD follows from this. */
export type CrdInput = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly names: {
    readonly plural: string;
    readonly singular: string;
    readonly shortNames?: readonly string[];
    readonly categories?: readonly string[];
  };
  /** Default `Namespaced`. */
  readonly scope?: 'Namespaced' | 'Cluster';
  readonly spec: AnyZod;
  /** Whether a manifest may leave out `spec`. Default: true when no field of `spec` is required. */
  readonly specOptional?: boolean;
  /** Own fields of the status; `observedGeneration` and `conditions` are added. */
  readonly status?: z.ZodObject;
  /** Shown before the default columns Ready, Reason, Age and (wide) Message; one of the same name replaces the default. */
  readonly printerColumns?: readonly PrinterColumn[];
  /** Where `kubectl scale` and autoscalers find the number of replicas; none of them can do anything without it. */
  readonly scale?: ScalePaths;
  /** Shown by `kubectl explain`. */
  readonly description?: string;
  /** Versions that are served beside this one; objects are converted by the webhook. */
  readonly olderVersions?: readonly OlderVersion[];
};

/** Where the API server finds a webhook; the authority to trust is filled in by the operator. */
export type WebhookClientConfig =
  | { readonly url: string }
  | {
      readonly service: {
        readonly namespace: string;
        readonly name: string;
        readonly path: string;
        readonly port: number;
      };
    };

type CrdVersion = {
  readonly name: string;
  readonly served: true;
  readonly storage: boolean;
  readonly deprecated?: true;
  readonly deprecationWarning?: string;
  readonly schema: { readonly openAPIV3Schema: JsonSchema };
  readonly subresources: { readonly status: Readonly<Record<string, never>>; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns: readonly PrinterColumn[];
};

/** A CustomResourceDefinition as sent to the API server: plain JSON, status subresource on, the current version first. */
export type CrdManifest = {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
    };
    readonly versions: readonly [CrdVersion, ...CrdVersion[]];
    readonly conversion?: {
      readonly strategy: 'Webhook';
      readonly webhook: {
        readonly clientConfig: WebhookClientConfig;
        readonly conversionReviewVersions: readonly ['v1'];
      };
    };
  };
};

/** Whether an empty object might break rules; the server checks defaults against them and would reject the whole CRD. */
function demandsContent(spec: JsonSchema): boolean {
  const { required, oneOf, minProperties } = spec;
  const conditions = [required, oneOf, minProperties, rulesIn(spec).find((rule) => !isKeptField(rule))];
  return conditions.some((condition) => condition !== undefined);
}

/**
 * `spec: {}` is filled in by the server for a manifest without spec, so that the defaults inside it apply. Left out where an
 * empty spec would not be valid, where it brings nothing (any fields at all), or where the author gave another default.
 */
function withEmptyDefault(spec: JsonSchema): JsonSchema {
  return demandsContent(spec) || spec.default !== undefined ? spec : { ...spec, default: {} };
}

/**
 * Rules about change compare two specs, and none runs while there is no spec: taking it away and putting another one in
 * its place would pass them all.
 */
function keptSpec(spec: JsonSchema): JsonSchema {
  const message = 'spec cannot be taken away, because some of its fields cannot be changed';
  const isBound = spec.default === undefined && JSON.stringify(spec).includes('oldSelf');
  return isBound ? { 'x-kubernetes-validations': [keptField('spec', message)] } : {};
}

function structuralObject(schema: AnyZod, path: string): JsonSchema {
  const structural = toStructural(jsonSchemaOf(schema), path);
  if (structural.type !== 'object' || structural.nullable) {
    throw new SchemaRefusal(path, { what: 'anything but an object here', remedy: 'use z.object()' });
  }
  return structural;
}

/** What one version says of itself. */
type VersionInput = Pick<CrdInput, 'version' | 'spec' | 'specOptional' | 'status' | 'scale' | 'description'>;

function rootSchema(input: VersionInput): JsonSchema {
  const spec = structuralObject(input.spec, 'spec');
  const optional = input.specOptional ?? spec.required === undefined;
  const filled = optional ? withEmptyDefault(spec) : spec;
  return {
    type: 'object',
    ...(optional ? keptSpec(filled) : {}),
    ...(input.description === undefined ? {} : { description: input.description }),
    properties: {
      apiVersion: { type: 'string', description: 'The version of the schema of this object.' },
      kind: { type: 'string', description: 'The kind of this object.' },
      metadata: { type: 'object' },
      spec: { description: 'What is wanted.', ...filled },
      status: { description: 'What is.', ...structuralObject(statusSchemaOf(input.status), 'status') },
    },
    ...(optional ? {} : { required: ['spec'] }),
  };
}

function versionOf(input: VersionInput, columns: readonly PrinterColumn[]): CrdVersion {
  const { scale } = input;
  const openAPIV3Schema = rootSchema(input);
  checkScale(scale, openAPIV3Schema);
  checkColumns(columns, openAPIV3Schema);
  return {
    name: input.version,
    served: true,
    storage: true,
    schema: { openAPIV3Schema },
    subresources: { status: {}, ...(scale ? { scale } : {}) },
    additionalPrinterColumns: withDefaultColumns(columns),
  };
}

function olderVersionOf(input: CrdInput, { spec, status, ...older }: OlderVersion): CrdVersion {
  const { version, deprecationWarning } = older;
  const { description } = input;
  const own = { version, spec, ...(status ? { status } : {}), ...(description === undefined ? {} : { description }) };
  const warning = deprecationWarning === undefined ? {} : { deprecated: true as const, deprecationWarning };
  return { ...versionOf(own, []), storage: false, ...warning };
}

/** @throws TypeError when nobody would convert. */
function conversionOf({ kind, olderVersions = [] }: CrdInput, converter: WebhookClientConfig | undefined) {
  if (olderVersions.length === 0) {
    return {};
  }
  if (!converter) {
    throw new TypeError(`${kind} has several versions: say where the webhook is that converts between them`);
  }
  const webhook = { clientConfig: converter, conversionReviewVersions: ['v1'] as const };
  return { conversion: { strategy: 'Webhook' as const, webhook } };
}

/**
 * The CustomResourceDefinition of a kind, ready to be applied. `converter` is where the webhook is found, for a kind of
 * several versions.
 *
 * @throws SchemaRefusal with the field's path when the zod schema says something that a CRD cannot; TypeError for several
 *   versions without a `converter`, and for a path of `scale` or of a column that leads nowhere.
 */
export function createCrdManifest(input: CrdInput, converter?: WebhookClientConfig): CrdManifest {
  const older = (input.olderVersions ?? []).map((each) => olderVersionOf(input, each));
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${input.names.plural}.${input.group}` },
    spec: {
      group: input.group,
      scope: input.scope ?? 'Namespaced',
      names: { kind: input.kind, listKind: `${input.kind}List`, ...input.names },
      versions: [versionOf(input, input.printerColumns ?? []), ...older],
      ...conversionOf(input, converter),
    },
  };
}
