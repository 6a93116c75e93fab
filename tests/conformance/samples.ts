import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { AnyDefinition, Manifest } from '../../src/framework/framework.ts';

const SAMPLES = join(import.meta.dirname, '../../test-manifests');

/** The namespace that all samples are written for. */
const SAMPLE_NAMESPACE = 'homelab';

/** A sample as it stands in `test-manifests`. */
export type Sample = Manifest & { readonly spec?: unknown };

/** The samples of a kind. @throws Error when there is none: a kind without one cannot be tried by anybody. */
export function samplesOf({ kind }: AnyDefinition): readonly Sample[] {
  const name = kind.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const folder = join(SAMPLES, name);
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : [];
  const documents = files.flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')));
  const samples = documents.map((each) => each.toJS() as Sample).filter((each) => each.kind === kind);
  if (samples.length === 0) {
    throw new Error(`${kind} has no sample: put one into test-manifests/${name}/`);
  }
  return samples;
}

/** A sample for another namespace, also where its spec names the one that it was written for. */
export function inNamespace(sample: Sample, namespace: string): Sample {
  const text = JSON.stringify(sample);
  return JSON.parse(
    text.replaceAll(`"${SAMPLE_NAMESPACE}"`, `"${namespace}"`).replaceAll(`"${SAMPLE_NAMESPACE}/`, `"${namespace}/`),
  ) as Sample;
}
