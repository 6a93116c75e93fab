import { fieldAt } from './field-at.ts';
import type { JsonSchema } from './openapi-schema.ts';

/** One column of `kubectl get`; columns with a priority above 0 show only with `-o wide`. */
export type PrinterColumn = {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  readonly format?: string;
  readonly priority?: number;
};

const ready = '.status.conditions[?(@.type=="Ready")]';

const defaultColumns: readonly PrinterColumn[] = [
  { name: 'Ready', type: 'string', jsonPath: `${ready}.status` },
  { name: 'Reason', type: 'string', jsonPath: `${ready}.reason` },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Message', type: 'string', jsonPath: `${ready}.message`, priority: 1 },
];

/** A kind's own columns, then those every kind has, without the ones the kind names itself. */
export function withDefaultColumns(own: readonly PrinterColumn[]): readonly PrinterColumn[] {
  const taken = new Set(own.map(({ name }) => name));
  return [...own, ...defaultColumns.filter(({ name }) => !taken.has(name))];
}

/** A column of text shows anything; a number that is none is shown as nothing. */
function shows({ type }: PrinterColumn, field: JsonSchema): boolean {
  const wanted = type === 'date' ? 'string' : type;
  return type === 'string' || field.type === undefined || field.type === wanted;
}

/**
 * The API server takes any path, and `kubectl get` then shows an empty column.
 * @throws TypeError for a path that leads to no field, or to one of another type.
 */
export function checkColumns(columns: readonly PrinterColumn[], root: JsonSchema): void {
  for (const column of columns.filter(({ jsonPath }) => !jsonPath.startsWith('.metadata.'))) {
    const { name, jsonPath, type } = column;
    const field = fieldAt(root, jsonPath);
    if (!field || !shows(column, field)) {
      throw new TypeError(
        `The printer column ${name} shows ${jsonPath}, which is no ${field ? type : 'field'} of the schema`,
      );
    }
  }
}
