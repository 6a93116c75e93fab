import type { KubeObject } from '../framework/framework.ts';
import type { Cluster } from './cluster.ts';
import { changesSince, type Listing, listObjects, type Wanted } from './objects.ts';
import { summaryOf } from './summary.ts';
import { ageOf, tableRow, textTable } from './text-table.ts';

const HEAD = ['NAME', 'READY', 'SUSPENDED', 'REASON', 'AGE', 'MESSAGE'];

/** Objects for people, with their namespaces when they are of several. */
export function objectTable(objects: readonly KubeObject[], withNamespace: boolean, now = Date.now()): string {
  const head = withNamespace ? ['NAMESPACE', ...HEAD] : HEAD;
  return textTable(
    head,
    objects.map((object) => cellsOf(object, withNamespace, now)),
  );
}

function cellsOf(object: KubeObject, withNamespace: boolean, now = Date.now()): string[] {
  const { ready, suspended, reason, message } = summaryOf(object);
  const { name, namespace = '', creationTimestamp } = object.metadata;
  const cells = [`${object.kind}/${name}`, ready, suspended ? 'True' : 'False', reason];
  return [...(withNamespace ? [namespace] : []), ...cells, ageOf(creationTimestamp, now), message];
}

/** Changes as they come; a row is about as wide as the table was. Ends only with the process. */
export async function watchTable(
  cluster: Cluster,
  listed: readonly (Wanted & Listing)[],
  withNamespace: boolean,
): Promise<void> {
  const { signal } = new AbortController();
  const rows = listed.flatMap(({ items }) => items.map((object) => cellsOf(object, withNamespace)));
  const head = withNamespace ? ['NAMESPACE', ...HEAD] : HEAD;
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const follow = async ({ definition, which, ...listing }: Wanted & Listing) => {
    let { resourceVersion } = listing;
    for (;;) {
      for await (const { type, object } of changesSince(cluster, definition, { ...which, resourceVersion, signal })) {
        const gone = type === 'DELETED' ? ` (gone)` : '';
        process.stdout.write(`${tableRow(cellsOf(object, withNamespace), widths)}${gone}\n`);
      }
      ({ resourceVersion } = await listObjects(cluster, definition, which));
    }
  };
  await Promise.all(listed.map(follow));
}
