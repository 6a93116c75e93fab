/** A schema as the API server publishes it below `/openapi/v3`, as far as the types of pods use it. */
export type OpenApiSchema = {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
};

export type OpenApiSchemas = Readonly<Record<string, OpenApiSchema>>;

const REF = '#/components/schemas/';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';

/** Types that are no objects on the wire, or whose form the API server fills in by itself. */
const SPECIAL: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity()',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intOrString()',
  [`${META}Time`]: "z.string().meta({ format: 'date-time' })",
  [`${META}MicroTime`]: "z.string().meta({ format: 'date-time' })",
  [`${META}ObjectMeta`]: 'templateMetadata()',
};

/** Items whose key may be left out: a list of them in a CRD cannot be a map, and what has them checks for doubles itself. */
const WITHOUT_KEY: ReadonlySet<string> = new Set(['io.k8s.api.core.v1.LocalObjectReference']);

/**
 * TypeScript that has a function for each type, which makes its Zod schema: the types with these names and all that they
 * are made of. Descriptions are left out: they are longer than all the rest, and a CRD has a limit.
 *
 * @throws Error for a type that is not published, or a schema of a form that no type of a pod has had so far.
 */
export function zodSourceOf(schemas: OpenApiSchemas, roots: readonly string[]): string {
  return reachable(schemas, roots)
    .map((name) => functionOf(name, schemas))
    .join('\n');
}

/** The roots and every type that they refer to, by name in alphabetical order. */
function reachable(schemas: OpenApiSchemas, roots: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (!found.has(name) && !(name in SPECIAL)) {
      found.add(name);
      referencesIn(schemaOf(name, schemas)).forEach(visit);
    }
  };
  roots.forEach(visit);
  return [...found].sort((a, b) => typeNameOf(a).localeCompare(typeNameOf(b)));
}

function schemaOf(name: string, schemas: OpenApiSchemas): OpenApiSchema {
  const schema = schemas[name];
  if (!schema) {
    throw new Error(`The API server publishes no type ${name}`);
  }
  return schema;
}

function referencesIn(schema: OpenApiSchema): string[] {
  const { $ref, allOf = [], items, additionalProperties, properties = {} } = schema;
  const inner = [...allOf, ...Object.values(properties), items, additionalProperties].filter(
    (each) => each !== undefined,
  );
  return [...($ref ? [$ref.slice(REF.length)] : []), ...inner.flatMap(referencesIn)];
}

function typeNameOf(name: string): string {
  return name.split('.').at(-1) ?? name;
}

/** `HTTPGetAction` → `httpGetAction`: the leading capitals are one word, but for the last of them. */
function functionNameOf(name: string): string {
  return typeNameOf(name).replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+/, (word) => word.toLowerCase());
}

function functionOf(name: string, schemas: OpenApiSchemas): string {
  const schema = schemaOf(name, schemas);
  const typeName = typeNameOf(name);
  return `/** \`${typeName}\` of \`${name.replace(/^io\.k8s\.(api\.|apimachinery\.pkg\.apis\.)/, '').replace(/\.[^.]*$/, '')}\`. */
export function ${functionNameOf(name)}() {
  return ${expressionOf(schema, name)};
}

export type ${typeName} = z.output<ReturnType<typeof ${functionNameOf(name)}>>;
`;
}

function expressionOf(schema: OpenApiSchema, place: string): string {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (ref !== undefined) {
    const name = ref.slice(REF.length);
    return SPECIAL[name] ?? `${functionNameOf(name)}()`;
  }
  if (schema.enum) {
    return `z.enum(${JSON.stringify(schema.enum)})`;
  }
  switch (schema.type) {
    case 'string':
      return schema.format ? `z.string().meta({ format: '${schema.format}' })` : 'z.string()';
    case 'integer':
      return schema.format === 'int32' ? 'z.int32()' : 'z.int()';
    case 'number':
      return 'z.number()';
    case 'boolean':
      return 'z.boolean()';
    case 'array':
      return arrayOf(schema, place);
    case 'object':
      return objectOf(schema, place);
    default:
      throw new Error(`${place} has the unknown form ${JSON.stringify(schema)}`);
  }
}

function arrayOf({ items = {}, ...rest }: OpenApiSchema, place: string): string {
  const list = `z.array(${expressionOf(items, place)})`;
  const keys = rest['x-kubernetes-list-map-keys'];
  const isKeyed = !referencesIn(items).some((name) => WITHOUT_KEY.has(name));
  if (keys) {
    return isKeyed ? `listMap(${list}, ${JSON.stringify(keys)})` : list;
  }
  const type = rest['x-kubernetes-list-type'];
  return type === undefined ? list : `${list}.meta({ 'x-kubernetes-list-type': '${type}' })`;
}

function objectOf(schema: OpenApiSchema, place: string): string {
  const { properties, additionalProperties } = schema;
  if (additionalProperties) {
    return `z.record(z.string(), ${expressionOf(additionalProperties, place)})`;
  }
  const fields = Object.entries(properties ?? {}).map(([name, field]) => {
    const optional = schema.required?.includes(name) ? '' : optionOf(name, field);
    return `    ${name}: ${expressionOf(field, `${place}.${name}`)}${optional},\n`;
  });
  const atomic = schema['x-kubernetes-map-type'] === 'atomic' ? ".meta({ 'x-kubernetes-map-type': 'atomic' })" : '';
  return `z.object({\n${fields.join('')}  })${atomic}`;
}

/**
 * Defaults are the API server's business when the manifest gets there, and in lists they would make `kubectl apply` see a
 * change for ever. Only a key of a list must have its own: the protocol of a port.
 */
function optionOf(name: string, { default: value }: OpenApiSchema): string {
  return name === 'protocol' && typeof value === 'string' ? `.default(${JSON.stringify(value)})` : '.optional()';
}
