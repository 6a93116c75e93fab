import {
  type AnyDefinition,
  type CrdManifest,
  createCrdManifest,
  createLogger,
  type JsonSchema,
  type Manifest,
  Reviewer,
  splitApiVersion,
} from '../../framework/framework.ts';
import { checkRules } from './cel-rules.ts';
import { checkMetadata } from './check-metadata.ts';
import { checkSchema, type Findings } from './check-schema.ts';
import { completed } from './defaults.ts';
import { isObject, type Problem, type Verdict } from './problem.ts';

/** Conversion is the webhook's; where it is does not matter for a schema. */
const NOWHERE = { url: 'https://nowhere.invalid' };

/**
 * What the API server, and Hearth, would say to a new object, without asking either. Nothing when it is of no kind of
 * ours.
 */
export async function validateManifest(
  definitions: readonly AnyDefinition[],
  manifest: Manifest,
): Promise<Verdict | undefined> {
  const { group, version } = splitApiVersion(manifest.apiVersion);
  const definition = definitions.find((each) => each.group === group && each.kind === manifest.kind);
  if (!definition) {
    return undefined;
  }
  const schema = schemaOf(definition, version);
  if (!schema) {
    const message = `the version ${version} of ${manifest.kind} is not served`;
    return verdictOf(manifest, { problems: [{ field: 'apiVersion', message, by: 'schema' }], unchecked: new Set() });
  }
  const findings: Findings = { problems: [], unchecked: new Set() };
  const object = await checkAsServer(schema, manifest, findings);
  const warnings = findings.problems.length > 0 ? [] : checkAsKind(definition, object, findings);
  return verdictOf(manifest, findings, warnings);
}

const crds = new WeakMap<AnyDefinition, CrdManifest>();

function schemaOf(definition: AnyDefinition, version: string): JsonSchema | undefined {
  const crd = crds.get(definition) ?? createCrdManifest(definition, NOWHERE);
  crds.set(definition, crd);
  return crd.spec.versions.find(({ name }) => name === version)?.schema.openAPIV3Schema;
}

/** The schema, then its rules, which need an object of the right shape. @returns the object with its defaults. */
async function checkAsServer(schema: JsonSchema, manifest: Manifest, findings: Findings): Promise<Manifest> {
  const { metadata, status: _status, ...rest } = manifest as Manifest & { readonly status?: unknown };
  findings.problems.push(...checkMetadata(metadata));
  const value = completed(schema, rest);
  checkSchema({ schema, value, path: '' }, findings);
  if (findings.problems.length === 0 && isObject(value)) {
    await checkRules({ schema, value: { ...value, metadata: { name: metadata.name } }, path: '' }, findings);
  }
  return { ...manifest, ...(value as object) };
}

/** The very checks that the webhook makes. @returns its warnings. */
function checkAsKind(
  definition: AnyDefinition,
  object: Manifest,
  { problems, unchecked }: Findings,
): readonly string[] {
  const { group, version } = splitApiVersion(object.apiVersion);
  if (version !== definition.version) {
    unchecked.add(`the checks of the kind itself, which are those of ${definition.version}`);
    return [];
  }
  const logger = createLogger({ level: 'error', format: 'text' });
  const reviewer = new Reviewer({ definitions: [definition], logger });
  const { name, namespace } = object.metadata;
  const { spec } = object as Manifest & { readonly spec?: unknown };
  const about = { uid: '', kind: { group, version, kind: definition.kind }, name };
  const place = namespace === undefined ? {} : { namespace };
  const answer = reviewer.validate({ ...about, ...place, object: { spec } });
  if (!answer.allowed) {
    problems.push({ field: '', message: answer.status?.message ?? 'is refused', by: 'kind' });
  }
  return answer.warnings ?? [];
}

function verdictOf(manifest: Manifest, { problems, unchecked }: Findings, warnings: readonly string[] = []): Verdict {
  const { apiVersion, kind, metadata } = manifest;
  const { name, namespace } = metadata;
  const valid = problems.length === 0;
  return { apiVersion, kind, name, namespace, valid, problems: once(problems), warnings, unchecked: [...unchecked] };
}

function once(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((each) => [`${each.field} ${each.message}`, each])).values()];
}
