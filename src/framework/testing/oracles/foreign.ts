import type { KubeObject } from '../../api/object.ts';
import { ownedFieldsOf } from '../owned-fields.ts';
import type { Trial } from '../trial.ts';
import { reachEnd } from './baseline.ts';
import { changesOf, drift } from './drift.ts';

const MARK = 'conformance.test/of-somebody-else';

/** What others write into our objects stays, also when we write them, and what the sample refers to is left alone. */
export async function leavesForeignFields(trial: Trial): Promise<void> {
  const { bystanders = [] } = trial.options;
  const versions = async () => {
    const objects = await Promise.all(bystanders.map((path) => trial.admin.find(path)));
    return objects.map((object) => object?.metadata.resourceVersion);
  };
  const before = await versions();
  const run = await reachEnd(trial);
  const children = await trial.children();
  const paths = [trial.path, ...children.keys()];
  const marked = new Map<string, string[]>();
  for (const path of paths) {
    marked.set(path, await mark(trial, path));
  }
  for (const [path, child] of children) {
    await provokeWrite(trial, path, child);
  }
  // Twice, so that a run comes after everything above was seen.
  await trial.touch(run);
  await trial.touch(run);
  for (const [path, fields] of marked) {
    const lost = missing(await trial.admin.find(path), fields);
    if (lost.length > 0) {
      throw new Error(`somebody else put ${lost.join(', ')} into ${path}, and it is gone`);
    }
  }
  const after = await versions();
  const written = bystanders.filter((_path, index) => before[index] !== after[index]);
  if (written.length > 0) {
    throw new Error(`the sample only refers to these, and they were written: ${written.join(', ')}`);
  }
}

type Marked = { readonly labels?: object; readonly annotations?: object };

/** Puts fields of somebody else into an object, as many as the server takes. @returns their names. */
async function mark(trial: Trial, path: string): Promise<string[]> {
  const fields = {
    label: { metadata: { labels: { [MARK]: 'kept' } } },
    annotation: { metadata: { annotations: { [MARK]: 'kept' } } },
    data: { data: { 'of-somebody-else': Buffer.from('kept').toString('base64') } },
  };
  const taken: string[] = [];
  for (const [name, body] of Object.entries(fields)) {
    if (missing(await trial.admin.tryPatch(path, body), [name]).length === 0) {
      taken.push(name);
    }
  }
  return taken;
}

function missing(object: KubeObject | undefined, names: readonly string[]): string[] {
  const { labels = {}, annotations = {} }: Marked = object?.metadata ?? {};
  const data = (object as { data?: object } | undefined)?.data ?? {};
  const present: Readonly<Record<string, boolean>> = {
    label: MARK in labels,
    annotation: MARK in annotations,
    data: 'of-somebody-else' in data,
  };
  return names.filter((name) => !present[name]);
}

/** Takes one field of ours away, so that we have to write. Whether it comes back is not asked here. */
async function provokeWrite(trial: Trial, path: string, child: KubeObject): Promise<void> {
  const { unrepaired = [] } = trial.options;
  const fields = ownedFieldsOf(child).filter(({ id }) => !unrepaired.some((each) => id.startsWith(each.fields)));
  for (const field of fields) {
    const removal = changesOf(field).find(({ op }) => op === 'remove');
    if (removal && (await drift(trial, { path, field, change: removal }))) {
      return;
    }
  }
}
