import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { issueAuthority, issueServing } from '../../src/framework/admission/certificates.ts';
import { MUTATE_LABEL } from './mutating-policy.ts';

/** What an admission webhook is asked, as far as this one looks. */
type Review = { readonly request: { readonly uid: string; readonly object: Subject } };
type Subject = {
  readonly kind: string;
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: { readonly template?: { readonly spec: { readonly containers: readonly { name: string }[] } } };
};

/** One step of a JSON patch (RFC 6902). */
type Operation = { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown };

/** A webhook that is there until it is closed, and what the API server has to know of it. */
export type MutatingWebhook = {
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly close: () => Promise<void>;
};

const SIDECAR = { name: 'sidecar', image: 'sidecar:1' };

/**
 * A mutating webhook on loopback, as service meshes and image policies have them: objects whose label `mutate` is `webhook`
 * get an annotation, and pods of a Deployment a second container and no grace.
 */
export async function startMutatingWebhook(): Promise<MutatingWebhook> {
  const validity = { now: new Date(), lifetimeMs: 3_600_000 };
  const authority = issueAuthority('mutating webhook', validity);
  const name = new X509Certificate(authority.certificate).subject.replace(/^CN=/, '');
  const { certificate: cert, key } = issueServing(['127.0.0.1'], { name, key: authority.key }, validity);
  const server = createServer({ cert, key }, answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    configuration: configurationOf(`https://127.0.0.1:${port}/`, authority.certificate),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const review = JSON.parse(await text(request)) as Review;
  const { uid, object } = review.request;
  const patch = Buffer.from(JSON.stringify(changesOf(object))).toString('base64');
  const answered = { uid, allowed: true, patchType: 'JSONPatch', patch };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ ...review, response: answered }));
}

function changesOf({ metadata, spec }: Subject): Operation[] {
  const annotations = { ...metadata.annotations, 'mutated-by': 'webhook' };
  return [{ op: 'add', path: '/metadata/annotations', value: annotations }, ...podChanges(spec?.template?.spec)];
}

function podChanges(pod: NonNullable<NonNullable<Subject['spec']>['template']>['spec'] | undefined): Operation[] {
  if (!pod) {
    return [];
  }
  const containers = [...pod.containers.filter(({ name }) => name !== SIDECAR.name), SIDECAR];
  return [
    { op: 'add', path: '/spec/template/spec/containers', value: containers },
    { op: 'add', path: '/spec/template/spec/terminationGracePeriodSeconds', value: 0 },
  ];
}

function configurationOf(url: string, authority: string) {
  const rule = { apiVersions: ['*'], operations: ['CREATE', 'UPDATE'] };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'mutating-webhook' },
    webhooks: [
      {
        name: 'mutating.webhook.test',
        clientConfig: { url, caBundle: Buffer.from(authority).toString('base64') },
        objectSelector: { matchLabels: { [MUTATE_LABEL]: 'webhook' } },
        rules: [
          { ...rule, apiGroups: [''], resources: ['configmaps', 'services'] },
          { ...rule, apiGroups: ['apps'], resources: ['deployments'] },
          { ...rule, apiGroups: ['test.hearth.internal'], resources: ['widgets'] },
        ],
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        reinvocationPolicy: 'IfNeeded',
      },
    ],
  };
}
