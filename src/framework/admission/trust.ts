import { isNotFound } from '../api/errors.ts';
import type { KubeObject, Manifest } from '../api/object.ts';
import type { AnyDefinition } from '../definition.ts';
import type { Runtime } from '../resources/services.ts';
import type { ExplainedRule } from '../rights/rule.ts';

/** An object that tells the API server whom to trust when it calls the webhook. */
export type Trusting = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly name: string;
};

type ClientConfig = { readonly caBundle?: string };

type TrustingObject = KubeObject & {
  readonly webhooks?: readonly { readonly name: string; readonly clientConfig: ClientConfig }[];
  readonly spec?: {
    readonly conversion?: { readonly strategy?: string; readonly webhook?: { readonly clientConfig?: ClientConfig } };
  };
};

const ADMISSION = 'admissionregistration.k8s.io/v1';

/** The objects that are told whom to trust: the configurations of a name, and the CRDs of kinds with several versions. */
export function trustingOf(name: string, definitions: readonly AnyDefinition[]): Trusting[] {
  const validating = configuration('Validating', name);
  const mutating = definitions.some(({ defaults }) => defaults) ? [configuration('Mutating', name)] : [];
  const versioned = definitions.filter(({ olderVersions = [] }) => olderVersions.length > 0);
  const crds = versioned.map(({ group, names }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    name: `${names.plural}.${group}`,
  }));
  return [validating, ...mutating, ...crds];
}

/** What is needed to tell them. */
export function trustRules(name: string, definitions: readonly AnyDefinition[]): ExplainedRule[] {
  return trustingOf(name, definitions).map(({ apiVersion, plural, name: object }) => ({
    rule: {
      apiGroups: [apiVersion.split('/')[0] ?? ''],
      resources: [plural],
      resourceNames: [object],
      verbs: ['get', 'list', 'watch', 'patch'],
    },
    because: 'The API server is told there whom to trust',
  }));
}

function configuration(what: 'Validating' | 'Mutating', name: string): Trusting {
  const kind = `${what}WebhookConfiguration`;
  return { apiVersion: ADMISSION, kind, plural: `${kind.toLowerCase()}s`, name };
}

export type TrustOptions = {
  readonly authorities: string;
  /** Whether the object may be changed; if not, it is only looked at. */
  readonly mayWrite: boolean;
  readonly signal: AbortSignal;
};

/**
 * Has one object trust some authorities, if it is there: whoever installs the webhook decides whether it is called, and
 * only its `caBundle` is ours.
 * @returns whether nothing is missing now.
 */
export async function trust(
  { transport, gateway }: Pick<Runtime, 'transport' | 'gateway'>,
  { apiVersion, kind, plural, name }: Trusting,
  { authorities, mayWrite, signal }: TrustOptions,
): Promise<boolean> {
  const live = await find();
  const caBundle = Buffer.from(authorities).toString('base64');
  const content = live && contentWith(caBundle, live);
  if (!content || !mayWrite) {
    return !content;
  }
  const manifest: Manifest = { apiVersion, kind, metadata: { name }, ...content };
  await gateway.apply(manifest, { live, adopt: true, signal });
  return true;

  async function find(): Promise<TrustingObject | undefined> {
    try {
      return await transport.request<TrustingObject>({ path: `/apis/${apiVersion}/${plural}/${name}`, signal });
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }
}

/** The fields to apply; nothing where the object calls no webhook or trusts them already. */
function contentWith(caBundle: string, { webhooks, spec }: TrustingObject): object | undefined {
  if (webhooks) {
    const isSame = webhooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle);
    return isSame ? undefined : { webhooks: webhooks.map(({ name }) => ({ name, clientConfig: { caBundle } })) };
  }
  const { strategy, webhook } = spec?.conversion ?? {};
  const isSame = strategy !== 'Webhook' || webhook?.clientConfig?.caBundle === caBundle;
  return isSame ? undefined : { spec: { conversion: { webhook: { clientConfig: { caBundle } } } } };
}
