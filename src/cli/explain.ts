import type { Explanation } from '../framework/framework.ts';
import { keyFor } from '../framework/framework.ts';
import { definitions } from '../resources/resources.ts';
import { EXIT, UsageError } from './exit-codes.ts';
import { askPods, askUrl, type Question } from './explain-source.ts';
import { explanationTable } from './explain-table.ts';

export type ExplainOptions = {
  readonly namespace: string;
  readonly operatorNamespace: string;
  readonly output: 'table' | 'json';
  readonly url?: string;
};

/** Prints what the operator knows of an object. @returns the exit code. */
export async function explain(target: string, options: ExplainOptions): Promise<number> {
  const question = questionOf(target, options.namespace);
  const explanation = options.url
    ? await askUrl(options.url, question)
    : await askPods(options.operatorNamespace, question);
  const text = options.output === 'json' ? JSON.stringify(explanation, undefined, 2) : explanationTable(explanation);
  process.stdout.write(`${text}\n`);
  return isKnown(explanation) ? EXIT.ok : EXIT.nothingKnown;
}

function isKnown({ cached, runs }: Explanation): boolean {
  return cached !== undefined || runs.length > 0;
}

/** `pgdb/db` → kind PostgresDatabase, key `<namespace>/db`. @throws UsageError when there is no such kind. */
export function questionOf(target: string, namespace: string): Question {
  const [word = '', name = '', ...rest] = target.split('/');
  if (word === '' || name === '' || rest.length > 0) {
    throw new UsageError(`${target} names no object: write KIND/NAME, such as GenerateSecret/my-secret`);
  }
  const wanted = word.toLowerCase();
  const definition = definitions.find(({ kind, names }) =>
    [kind.toLowerCase(), names.plural, names.singular, ...(names.shortNames ?? [])].includes(wanted),
  );
  if (!definition) {
    throw new UsageError(`${word} is none of Hearth's kinds: ${definitions.map(({ kind }) => kind).join(', ')}`);
  }
  return { kind: definition.kind, key: keyFor(name, definition.scope === 'Cluster' ? undefined : namespace) };
}
