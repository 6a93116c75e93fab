import { isConflict, isNotFound } from '../api/errors.ts';
import type { KubeObject } from '../api/object.ts';
import type { Runtime } from '../resources/services.ts';
import type { Identity, Material } from './rotation.ts';

/** Where the material lies. */
export type SecretName = { readonly namespace: string; readonly name: string };

type SecretObject = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/** The material as it was read, and the Secret that it was in; no material where the Secret has not got all of it. */
export type StoredMaterial = { readonly secret: SecretObject | undefined; readonly material: Material | undefined };

/** The keys of the Secret, those of Kubernetes where it has a word for it. */
const KEYS = {
  authorities: 'ca.crt',
  authorityKey: 'ca.key',
  certificate: 'tls.crt',
  key: 'tls.key',
} as const satisfies Record<keyof Material, string>;

/** The Secret that all replicas share. A write is taken only where nobody else wrote since the last read. */
export class CertificateSecret {
  readonly #runtime: Pick<Runtime, 'transport' | 'gateway'>;
  readonly #name: SecretName;

  constructor(runtime: Pick<Runtime, 'transport' | 'gateway'>, name: SecretName) {
    this.#runtime = runtime;
    this.#name = name;
  }

  async read(signal: AbortSignal): Promise<StoredMaterial> {
    const secret = await this.#find(signal);
    return { secret, material: secret && materialIn(secret) };
  }

  /** The certificate and its key alone, as whoever keeps the Secret has put them there; nothing while one is missing. */
  async readIdentity(signal: AbortSignal): Promise<Identity | undefined> {
    const { data = {} } = (await this.#find(signal)) ?? {};
    const certificate = data[KEYS.certificate];
    const key = data[KEYS.key];
    return certificate && key ? { certificate: decoded(certificate), key: decoded(key) } : undefined;
  }

  async #find(signal: AbortSignal): Promise<SecretObject | undefined> {
    const { namespace, name } = this.#name;
    try {
      const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
      return await this.#runtime.transport.request<SecretObject>({ path, signal });
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /** @returns whether it was written; not when another replica was faster. */
  async write(material: Material, { secret }: StoredMaterial, signal: AbortSignal): Promise<boolean> {
    const manifest = { apiVersion: 'v1', kind: 'Secret', metadata: this.#name, data: dataOf(material) };
    const { gateway } = this.#runtime;
    try {
      await gateway.applyUnmarked(manifest, { live: secret, adopt: true, signal });
      return true;
    } catch (error) {
      if (isConflict(error)) {
        return false;
      }
      throw error;
    }
  }
}

function dataOf(material: Material): Record<string, string> {
  const parts = Object.entries(KEYS) as [keyof Material, string][];
  return Object.fromEntries(parts.map(([part, key]) => [key, Buffer.from(material[part]).toString('base64')]));
}

function decoded(value: string): string {
  return Buffer.from(value, 'base64').toString();
}

function materialIn({ data = {} }: SecretObject): Material | undefined {
  const part = (name: keyof Material) => decoded(data[KEYS[name]] ?? '');
  const isWhole = Object.values(KEYS).every((key) => data[key]);
  return isWhole
    ? {
        authorities: part('authorities'),
        authorityKey: part('authorityKey'),
        certificate: part('certificate'),
        key: part('key'),
      }
    : undefined;
}
