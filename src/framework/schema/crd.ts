import type { z } from 'zod';
import { type AnyZod, jsonSchemaOf } from './json-schema.ts';
import type { JsonSchema } from './openapi-schema.ts';
import { SchemaRefusal } from './refusal.ts';
import { statusSchemaOf } from './status.ts';
import { toStructural } from './structural.ts';

/** One column of `kubectl get`; columns with a priority above 0 show only with `-o wide`. */
export type PrinterColumn = {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  readonly format?: string;
  readonly priority?: number;
};

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
  /** Shown by `kubectl explain`. */
  readonly description?: string;
};

/** A CustomResourceDefinition as sent to the API server: plain JSON, one version, status subresource on. */
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
    readonly versions: readonly [
      {
        readonly name: string;
        readonly served: true;
        readonly storage: true;
        readonly schema: { readonly openAPIV3Schema: JsonSchema };
        readonly subresources: { readonly status: Readonly<Record<string, never>> };
        readonly additionalPrinterColumns: readonly PrinterColumn[];
      },
    ];
  };
};

const ready = '.status.conditions[?(@.type=="Ready")]';

const defaultColumns: readonly PrinterColumn[] = [
  { name: 'Ready', type: 'string', jsonPath: `${ready}.status` },
  { name: 'Reason', type: 'string', jsonPath: `${ready}.reason` },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Message', type: 'string', jsonPath: `${ready}.message`, priority: 1 },
];

/** A kind's own columns, then those every kind has, without the ones the kind names itself. */
function withDefaultColumns(own: readonly PrinterColumn[]): readonly PrinterColumn[] {
  const taken = new Set(own.map(({ name }) => name));
  return [...own, ...defaultColumns.filter(({ name }) => !taken.has(name))];
}

/** Rules that an empty object might break; the server checks defaults against them and would reject the whole CRD. */
const rulesOnWhole = ['oneOf', 'minProperties', 'x-kubernetes-validations'] as const;

/**
 * `spec: {}` is filled in by the server for a manifest without spec, so that the defaults inside it apply. Left out where an
 * empty spec would not be valid, where it brings nothing (any fields at all), or where the author gave another default.
 */
function withEmptyDefault(spec: JsonSchema): JsonSchema {
  const harmless = spec.required === undefined && rulesOnWhole.every((keyword) => spec[keyword] === undefined);
  return harmless && spec.default === undefined ? { ...spec, default: {} } : spec;
}

/**
 * Rules about change compare two specs, and none runs while there is no spec: taking it away and putting another one in
 * its place would pass them all.
 */
function keptSpec(spec: JsonSchema): JsonSchema {
  const rule = 'has(self.spec) || !has(oldSelf.spec)';
  const message = 'spec cannot be taken away, because some of its fields cannot be changed';
  const isBound = spec.default === undefined && JSON.stringify(spec).includes('oldSelf');
  return isBound ? { 'x-kubernetes-validations': [{ rule, message }] } : {};
}

function structuralObject(schema: AnyZod, path: string): JsonSchema {
  const structural = toStructural(jsonSchemaOf(schema), path);
  if (structural.type !== 'object' || structural.nullable) {
    throw new SchemaRefusal(path, { what: 'anything but an object here', remedy: 'use z.object()' });
  }
  return structural;
}

function rootSchema(input: CrdInput): JsonSchema {
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

/**
 * The CustomResourceDefinition of a kind, ready to be applied.
 *
 * @throws SchemaRefusal with the field's path when the zod schema says something that a CRD cannot.
 */
export function createCrdManifest(input: CrdInput): CrdManifest {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${input.names.plural}.${input.group}` },
    spec: {
      group: input.group,
      scope: input.scope ?? 'Namespaced',
      names: { kind: input.kind, listKind: `${input.kind}List`, ...input.names },
      versions: [
        {
          name: input.version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema(input) },
          subresources: { status: {} },
          additionalPrinterColumns: withDefaultColumns(input.printerColumns ?? []),
        },
      ],
    },
  };
}
