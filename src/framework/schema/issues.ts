type PathPart = string | number | symbol;

/** What this module reads of an issue of zod 4 or `zod/v3`; both are told apart by their codes. */
export type Issue = {
  readonly code?: string;
  readonly path: readonly PathPart[];
  readonly message: string;
  readonly [detail: string]: unknown;
};

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

const formatNames: Readonly<Record<string, string>> = {
  email: 'an email address',
  url: 'a URL',
  uuid: 'a UUID',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  ip: 'an IP address',
  hostname: 'a host name',
  datetime: 'a date and time (RFC 3339)',
  date: 'a date (YYYY-MM-DD)',
};

function pathText(path: readonly PathPart[], root: string): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`),
    root,
  );
}

function isPresent(input: unknown, path: readonly PathPart[]): boolean {
  let value = input;
  for (const part of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  }
  return value !== undefined;
}

function wrongType(issue: Issue): string {
  return `must be ${typeNames[String(issue['expected'])] ?? 'of another type'}`;
}

const units: Readonly<Record<string, string>> = { string: 'characters', array: 'items', object: 'fields' };

function wrongSize(issue: Issue): string {
  const large = issue.code === 'too_big';
  const limit = String(large ? issue['maximum'] : issue['minimum']);
  const bound = large ? 'at most' : 'at least';
  const unit = units[String(issue['origin'] ?? issue['type'])];
  if (unit) {
    return `must have ${issue['exact'] ? 'exactly' : bound} ${limit} ${unit}`;
  }
  const strict = large ? 'less than' : 'more than';
  return `must be ${issue['inclusive'] ? bound : strict} ${limit}`;
}

function wrongFormat(issue: Issue): string {
  const name = issue['format'] ?? issue['validation'];
  const format = typeof name === 'string' ? formatNames[name] : undefined;
  return format === undefined ? 'does not have the required form' : `must be ${format}`;
}

function wrongValue(issue: Issue): string {
  const allowed = issue['values'] ?? issue['options'] ?? [issue['expected']];
  const values = Array.isArray(allowed) ? allowed : [];
  const shown = values.slice(0, 10).map((value) => JSON.stringify(value));
  const text = shown.join(', ') + (values.length > shown.length ? ', …' : '');
  return values.length === 1 ? `must be ${text}` : `must be one of ${text}`;
}

/** Zod 4 gives the options of a tag that fits nothing; a plain union gives none. */
function wrongUnion(issue: Issue): string {
  return Array.isArray(issue['options']) ? wrongValue(issue) : 'has none of the allowed forms';
}

function unknownFields(issue: Issue): string {
  const keys = Array.isArray(issue['keys']) ? issue['keys'].map(String) : [];
  return `has the unknown ${keys.length === 1 ? 'field' : 'fields'} ${keys.join(', ')}`;
}

const descriptions: Readonly<Record<string, (issue: Issue) => string>> = {
  invalid_type: wrongType,
  too_small: wrongSize,
  too_big: wrongSize,
  invalid_format: wrongFormat,
  invalid_string: wrongFormat,
  invalid_value: wrongValue,
  invalid_enum_value: wrongValue,
  invalid_literal: wrongValue,
  invalid_union: wrongUnion,
  invalid_union_discriminator: wrongUnion,
  unrecognized_keys: unknownFields,
  not_multiple_of: (issue) => `must be a multiple of ${String(issue['divisor'] ?? issue['multipleOf'])}`,
  invalid_key: () => 'is not an allowed name',
  custom: (issue) => issue.message,
};

/** One problem as `<path> <what is wrong>`, the same for both zod versions, without any value of the input. */
export function describeIssue(issue: Issue, input: unknown, root: string): string {
  const path = pathText(issue.path, root);
  if (issue.code !== 'custom' && !isPresent(input, issue.path)) {
    return `${path} is required`;
  }
  const describe = descriptions[issue.code ?? ''];
  return `${path} ${describe ? describe(issue) : 'is not valid'}`;
}
