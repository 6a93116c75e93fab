import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { BACKDATED_MS, issueAuthority, issueServing } from './certificates.ts';

/** What is shown to callers: a certificate and its key, in PEM. */
export type Identity = { readonly certificate: string; readonly key: string };

/** What the Secret of the webhook holds, in PEM. */
export type Material = {
  /** The authorities to trust, the newest first. Only the newest one signs. */
  readonly authorities: string;
  readonly authorityKey: string;
  readonly certificate: string;
  readonly key: string;
};

/** What certificates are to be like. */
export type RotationOptions = {
  /** Begins the names of the authorities. */
  readonly name: string;
  /** The host names and addresses under which the server is called. */
  readonly hosts: readonly string[];
  /** How long a server's certificate is good; its authority is for four times as long. */
  readonly lifetimeMs: number;
};

/** What is to be done now: write other material, or wait. */
export type Step =
  | { readonly action: 'write'; readonly material: Material; readonly why: string }
  | { readonly action: 'wait'; readonly waitMs: number };

/** An authority outlives the certificates that it signs. */
const AUTHORITY_LIFETIMES = 4;

/** The part of its life after which a certificate is replaced: the rest is for failures. */
const DUE_AFTER = 2 / 3;

/** How long everybody is given to learn of a new authority before it signs what they have to trust. */
const SETTLE_MS = 10 * 60_000;

type Parsed = {
  readonly authorities: readonly X509Certificate[];
  readonly authority: X509Certificate;
  readonly serving: X509Certificate;
};

/**
 * Decides, without any I/O, what the next step of the rotation is. No step takes away what somebody may still need: a new
 * authority joins the old ones and signs nothing before it had time to become known; an old one stays until it has
 * expired. So whoever follows late still trusts the certificate that is served.
 */
export function nextStep(current: Material | undefined, options: RotationOptions, now: Date): Step {
  const parsed = current && parse(current);
  if (!(current && parsed && isUsableAuthority(current, parsed, now))) {
    const made = createAuthority(parsed?.authorities ?? [], options, now);
    const material = { ...made, ...createServing(made, options, now) };
    return { action: 'write', material, why: 'there was no authority that could be used' };
  }
  if (!isUsableServing(current, parsed, { options, now })) {
    const material = { ...current, ...createServing(current, options, now) };
    return { action: 'write', material, why: 'there was no certificate that could be used' };
  }
  if (dueMs(parsed.authority) <= now.getTime()) {
    const material = { ...current, ...createAuthority(parsed.authorities, options, now) };
    return { action: 'write', material, why: 'the authority was due' };
  }
  const replaceMs = replacementMs(parsed, options);
  if (replaceMs <= now.getTime()) {
    const material = { ...current, ...createServing(current, options, now) };
    return { action: 'write', material, why: 'the certificate was due' };
  }
  return { action: 'wait', waitMs: Math.min(dueMs(parsed.authority), replaceMs) - now.getTime() };
}

function parse({ authorities, certificate }: Material): Parsed | undefined {
  try {
    const parts = authorities.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const [authority, ...older] = parts.map((part) => new X509Certificate(part));
    return authority && { authorities: [authority, ...older], authority, serving: new X509Certificate(certificate) };
  } catch {
    return undefined;
  }
}

function isUsableAuthority({ authorityKey }: Material, { authority }: Parsed, now: Date): boolean {
  return authority.ca && isCurrent(authority, now) && fits(authority, authorityKey);
}

function isUsableServing(
  { key }: Material,
  { serving, authorities }: Parsed,
  { options, now }: { options: RotationOptions; now: Date },
): boolean {
  const isTrusted = authorities.some((each) => isCurrent(each, now) && isSignedBy(serving, each));
  return (
    isTrusted && isCurrent(serving, now) && fits(serving, key) && options.hosts.every((host) => isFor(serving, host))
  );
}

function isCurrent({ validFromDate, validToDate }: X509Certificate, now: Date): boolean {
  return validFromDate <= now && now < validToDate;
}

function fits(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function isFor(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
}

function issuedMs({ validFromDate }: X509Certificate): number {
  return validFromDate.getTime() + BACKDATED_MS;
}

function dueMs(certificate: X509Certificate): number {
  const issued = issuedMs(certificate);
  return issued + (certificate.validToDate.getTime() - issued) * DUE_AFTER;
}

/** When the certificate is replaced: when it is due or signed by an older authority, but not before the newest one is known. */
function replacementMs({ serving, authority }: Parsed, { lifetimeMs }: RotationOptions): number {
  const settled = issuedMs(authority) + Math.min(SETTLE_MS, lifetimeMs / 10);
  return isSignedBy(serving, authority) ? Math.max(dueMs(serving), settled) : settled;
}

function createAuthority(
  older: readonly X509Certificate[],
  { name, lifetimeMs }: RotationOptions,
  now: Date,
): Pick<Material, 'authorities' | 'authorityKey'> {
  const made = issueAuthority(name, { now, lifetimeMs: lifetimeMs * AUTHORITY_LIFETIMES });
  const kept = older.filter((each) => isCurrent(each, now)).map((each) => each.toString());
  return { authorities: [made.certificate, ...kept].join(''), authorityKey: made.key };
}

function createServing(
  { authorities, authorityKey }: Pick<Material, 'authorities' | 'authorityKey'>,
  { hosts, lifetimeMs }: RotationOptions,
  now: Date,
): Pick<Material, 'certificate' | 'key'> {
  const { subject } = new X509Certificate(authorities); // the first of them
  const authority = { name: subject.replace(/^CN=/, ''), key: authorityKey };
  return issueServing(hosts, authority, { now, lifetimeMs });
}
