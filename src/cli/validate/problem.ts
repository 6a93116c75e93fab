/** One thing that is wrong with a manifest. */
export type Problem = {
  /** Where: `spec.fields[0].name`; empty for the whole object. */
  readonly field: string;
  readonly message: string;
  /** Who says so: the API server by the schema or a CEL rule, or Hearth itself, at admission or in the first run. */
  readonly by: 'schema' | 'rule' | 'kind';
};

/** What is known of one manifest without a cluster. */
export type Verdict = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly valid: boolean;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** What only a server can tell: rules and formats that are not known here. */
  readonly unchecked: readonly string[];
};

/** The path of a member of an object or of an item of a list. */
export function below(path: string, member: string | number): string {
  if (typeof member === 'number') {
    return `${path}[${member}]`;
  }
  const plain = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(member) ? `.${member}` : `[${JSON.stringify(member)}]`;
  return path === '' ? plain.replace(/^\./, '') : path + plain;
}

/** Whether a value is an object with members, as JSON has it. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
