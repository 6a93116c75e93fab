import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { directoryOf } from '../../scripts/kind-names.ts';
import type { AnyDefinition } from '../../src/framework/framework.ts';
import type { Sample } from './kind-trial.ts';

const SAMPLES = join(import.meta.dirname, '../../test-manifests');

/** The namespace that all samples are written for. */
const SAMPLE_NAMESPACE = 'homelab';

/** The samples of a kind. @throws Error when there is none: a kind without one cannot be tried by anybody. */
export function samplesOf({ kind }: AnyDefinition): readonly Sample[] {
  const name = directoryOf(kind);
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
