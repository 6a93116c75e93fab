/** A table as kubectl prints it: columns are as wide as what is in them, and no line ends in blanks. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => tableRow(line, widths)).join('\n');
}

/** How wide the columns of a table are, for rows that come later. */
export function tableRow(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0));
  return padded.join('   ').trimEnd();
}

const UNITS = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'm', seconds: 60 },
] as const;

/** How long ago something was, in the largest unit of which there are two: `119s`, `3h`, `12d`. */
export function ageOf(timestamp: string | undefined, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(timestamp ?? '')) / 1000));
  if (Number.isNaN(seconds)) {
    return '';
  }
  const unit = UNITS.find((each) => seconds >= 2 * each.seconds);
  return unit ? `${Math.floor(seconds / unit.seconds)}${unit.name}` : `${seconds}s`;
}
