import { Option } from 'commander';
import { stringify } from 'yaml';

/** How a result is printed: for people, or for programs. */
export type Format = 'table' | 'json' | 'yaml';

/** `-o table|json|yaml`, the same for every command. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'how to print it').choices(['table', 'json', 'yaml']).default('table');
}

/** Prints a result: the value for programs, or what `table` makes of it for people. */
export function print(format: Format, value: unknown, table: () => string): void {
  process.stdout.write(rendered(format, value, table));
}

/** The same as a text that ends its last line. */
export function rendered(format: Format, value: unknown, table: () => string): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(value, undefined, 2)}\n`;
    case 'yaml':
      return stringify(value, { lineWidth: 120, aliasDuplicateObjects: false });
    case 'table':
      return `${table()}\n`;
  }
}

/** Something beside the result, for people only. */
export function note(text: string): void {
  process.stderr.write(`hearth: ${text}\n`);
}
