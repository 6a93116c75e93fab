const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-][0-2]\d:[0-5]\d)$/i;

function isDate(value: unknown): boolean {
  return typeof value === 'string' && DATE.test(value) && new Date(value).toISOString().startsWith(value);
}

function isDateTime(value: unknown): boolean {
  const [date = '', time = ''] = typeof value === 'string' ? value.split(/T/i) : [];
  return isDate(date) && TIME.test(time);
}

/** Formats of which the server's opinion is known here; of numbers it has none but their range. */
const FORMATS: Readonly<Record<string, (value: unknown) => boolean>> = {
  date: isDate,
  'date-time': isDateTime,
  int32: (value) => typeof value !== 'number' || Math.abs(value + 0.5) <= 2 ** 31,
  int64: (value) => typeof value !== 'number' || Math.abs(value) < 2 ** 63,
  float: () => true,
  double: () => true,
  password: () => true,
};

/** Whether a value has a format; nothing when that is not known here. */
export function hasFormat(format: string, value: unknown): boolean | undefined {
  return FORMATS[format]?.(value);
}
