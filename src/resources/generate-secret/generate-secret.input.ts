import { randomBytes, randomInt } from 'node:crypto';
import { InvalidSpecError } from '../../framework/framework.ts';
import type { SecretField } from './generate-secret.schemas.ts';

/** The values of a Secret by key. */
export type Values = Readonly<Record<string, Buffer>>;

const PRINTABLE = Array.from({ length: 0x7f - 0x21 }, (_, index) => String.fromCharCode(0x21 + index)).join('');
const DIGITS = '0123456789';
const PLACEHOLDER = /\{\{\s*([-._a-zA-Z0-9]+)\s*(?:\|\s*([a-z]+)\s*)?\}\}/g;

/** A fresh random value. Every character is equally likely. */
export function generate({ encoding = 'base64url', length = 32 }: Pick<SecretField, 'encoding' | 'length'>): Buffer {
  switch (encoding) {
    case 'binary':
      return randomBytes(length);
    case 'numeric':
      return Buffer.from(pick(DIGITS, length));
    case 'utf8':
      return Buffer.from(pick(PRINTABLE, length));
    case 'hex':
    case 'base64':
    case 'base64url':
      // A byte never encodes to less than one character, so this many bytes are enough.
      return Buffer.from(randomBytes(length).toString(encoding).slice(0, length));
  }
}

function pick(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

/** What is wrong with the templates: each may name fields that have a value of their own, and the one filter. */
export function templateProblems(fields: readonly SecretField[]): InvalidSpecError[] {
  const plain = new Set(fields.flatMap(({ name, template }) => (template === undefined ? [name] : [])));
  return fields.flatMap(({ name, template = '' }) =>
    [...template.matchAll(PLACEHOLDER)].flatMap(([, field = '', filter]) => {
      if (!plain.has(field)) {
        const message = `The template of ${name} uses ${field}, which is not a field with a value`;
        return new InvalidSpecError('UnknownField', message);
      }
      const isKnown = filter === undefined || filter === 'urlencode';
      const message = `The template of ${name} uses the filter ${filter}: only urlencode exists`;
      return isKnown ? [] : new InvalidSpecError('UnknownFilter', message);
    }),
  );
}

/**
 * The values that the Secret should hold: fixed ones as the spec says, generated ones as they were (new ones only where
 * there is none yet, or for all of them when `rotate` is set), templates filled in from both.
 * @throws InvalidSpecError for a template in which {@link templateProblems} finds something wrong.
 */
export function valuesOf(fields: readonly SecretField[], current: Values, rotate: boolean): Values {
  const [problem] = templateProblems(fields);
  if (problem) {
    throw problem;
  }
  const plain = fields.filter(({ template }) => template === undefined);
  const values = Object.fromEntries(
    plain.map((field) => {
      const kept = rotate ? undefined : current[field.name];
      return [field.name, field.value === undefined ? (kept ?? generate(field)) : Buffer.from(field.value)];
    }),
  );
  const filled = fields.flatMap(({ name, template }) =>
    template === undefined ? [] : [[name, fill(template, values)] as const],
  );
  return { ...values, ...Object.fromEntries(filled) };
}

function fill(template: string, values: Values): Buffer {
  const text = template.replace(PLACEHOLDER, (_, field: string, filter: string | undefined) => {
    const value = String(values[field]);
    return filter === undefined ? value : encodeURIComponent(value);
  });
  return Buffer.from(text);
}
