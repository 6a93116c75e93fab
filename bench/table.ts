import type { Row } from './measurement.ts';

const HEAD = ['Measure', 'Objects', 'Measured', 'Level', 'Ratio', ''];

/** A table of what was measured against what it should be, in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  return [lines[0], line(widths.map((width) => '-'.repeat(width))), ...lines.slice(1)].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cellsOf({ measure, objects, value, unit, level }: Row): string[] {
  const [ratio, verdict] =
    level === undefined ? ['', ''] : [ratioOf(value, level), value <= level ? 'reached' : 'missed'];
  const shown = level === undefined ? '' : withUnit(level, unit);
  return [measure, objects === undefined ? '' : String(objects), withUnit(value, unit), shown, ratio, verdict];
}

function ratioOf(value: number, level: number): string {
  return level === 0 ? '' : rounded(value / level);
}

function withUnit(value: number, unit: string): string {
  return unit === '' ? rounded(value) : `${rounded(value)} ${unit}`;
}

/** Three figures are more than the machine is good for. */
function rounded(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
