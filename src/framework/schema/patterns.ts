/**
 * String formats that the API server checks itself, for any supported version. Source: k8s.io/apiextensions-apiserver
 * v0.36 `pkg/apiserver/validation/formats.go`, without those newer than Kubernetes 1.30 and without `duration`, which is
 * Go's notation there (`1h30m`) and ISO 8601 in zod.
 */
export const serverFormats: ReadonlySet<string> = new Set([
  'uri',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'cidr',
  'mac',
  'uuid',
  'byte',
  'date',
  'date-time',
  'password',
]);

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';

/** Formats of which the server takes more than zod does, and what holds both to the same: `01.2.3.4` is no address. */
export const looseFormats: Readonly<Record<string, string>> = { ipv4: `^(${octet}\\.){3}${octet}$` };

/** Go's limit for a counted repetition. */
const maxRepetition = 1000;

const notInGo: readonly (readonly [RegExp, string])[] = [
  [/\(\?<?[=!]/, 'look-ahead or look-behind'],
  [/\\[1-9]|\\k</, 'a back-reference'],
  [/\\u|\\c[A-Za-z]/, 'a \\u or \\c escape'],
  [/\\p\{(?:Extended_Pictographic|Emoji|Regional_Indicator|[A-Za-z_]+=)/, 'a Unicode property unknown to Go'],
  [/\[\^?\]/, 'an empty character class'],
];

/**
 * What in a JavaScript pattern Go's regular expressions (RE2) refuse, or undefined when nothing is known against it. The API
 * server compiles patterns with Go and rejects the whole CRD if one fails. Conservative in one direction only: an exotic
 * pattern may pass here and still be refused by the server, with the server's own message.
 */
export function goPatternProblem(pattern: string): string | undefined {
  const plain = pattern.replaceAll('\\\\', '');
  const found = notInGo.find(([expression]) => expression.test(plain));
  if (found) {
    return found[1];
  }
  const counts = [...plain.matchAll(/(?<!\\)\{(\d+)(?:,(\d*))?\}/g)].flatMap((match) => [match[1], match[2]]);
  return counts.some((count) => Number(count ?? 0) > maxRepetition) ? 'a repetition above 1000' : undefined;
}

/** Flags that change what a pattern matches and that no JSON schema can carry; empty when there are none. */
export function lostFlags(expression: RegExp): string {
  return expression.flags.replaceAll(/[^ims]/g, '');
}
