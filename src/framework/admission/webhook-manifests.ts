import type { AnyDefinition } from '../definition.ts';
import type { WebhookClientConfig } from '../schema/crd.ts';

/** Whom the API server asks before it stores objects of our kinds. */
export type WebhookConfiguration = {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration';
  readonly metadata: { readonly name: string };
  readonly webhooks: readonly Webhook[];
};

type Webhook = {
  readonly name: string;
  readonly clientConfig: WebhookClientConfig;
  readonly rules: readonly object[];
  readonly failurePolicy: 'Ignore';
  readonly sideEffects: 'None';
  readonly timeoutSeconds: number;
  readonly admissionReviewVersions: readonly ['v1'];
};

/** Everybody who applies an object waits for this long at most when the webhook does not answer. */
const TIMEOUT_SECONDS = 3;

/**
 * The configurations of a name: one that validates every kind, and one that fills in defaults where a kind has some. Both
 * ignore a webhook that does not answer. `clientConfigOf` says where the path `validate` or `mutate` is found.
 */
export function createWebhookConfigurations(
  name: string,
  definitions: readonly AnyDefinition[],
  clientConfigOf: (path: 'validate' | 'mutate') => WebhookClientConfig,
): WebhookConfiguration[] {
  const metadata = { name };
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const webhook = (path: 'validate' | 'mutate', kinds: readonly AnyDefinition[]): Webhook => ({
    name: `${path}.hearth.internal`,
    clientConfig: clientConfigOf(path),
    rules: rulesFor(kinds),
    failurePolicy: 'Ignore',
    sideEffects: 'None',
    timeoutSeconds: TIMEOUT_SECONDS,
    admissionReviewVersions: ['v1'],
  });
  const defaulting = definitions.filter(({ defaults }) => defaults);
  const validating = [webhook('validate', definitions)];
  const mutating = [webhook('mutate', defaulting)];
  return [
    { apiVersion, kind: 'ValidatingWebhookConfiguration', metadata, webhooks: validating },
    ...(defaulting.length > 0
      ? [{ apiVersion, kind: 'MutatingWebhookConfiguration' as const, metadata, webhooks: mutating } as const]
      : []),
  ];
}

/** A rule for each group and version; objects of another version are converted before they are shown. */
function rulesFor(definitions: readonly AnyDefinition[]): object[] {
  const versions = Map.groupBy(definitions, ({ group, version }) => `${group}/${version}`);
  return [...versions.values()].map((kinds) => ({
    apiGroups: [kinds[0]?.group],
    apiVersions: [kinds[0]?.version],
    operations: ['CREATE', 'UPDATE'],
    resources: kinds.map(({ names }) => names.plural).sort(),
  }));
}
