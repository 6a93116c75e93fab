import type { ConvexInstanceSpec } from '../convex-instance.schemas.ts';

/** The API group, and the domain of the annotations that the original operator documents. */
export const CONVEX_GROUP = 'convex.icod.de';

export const PORTS = { api: 3210, actions: 3211, dashboard: 6791 } as const;

/** An instance, as what is made for it is named after it. */
export type Named = { readonly name: string; readonly namespace: string };

/** A Service cannot have a longer name, and `-dashboard` is the longest that is put behind it. */
const LONGEST_NAME = 63 - '-dashboard'.length;

/** What is wrong with the name, if anything: Services are named after the instance. */
export function nameProblem(name: string): string | undefined {
  if (name.length > LONGEST_NAME) {
    return `the name ${name} is longer than ${LONGEST_NAME} characters, and Services are named after it`;
  }
  return /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)
    ? undefined
    : `the name ${name} cannot begin the name of a Service: lower case letters, digits and dashes, a letter first`;
}

/** The labels of an object that belongs to a part of an instance. */
export function labelsOf({ name }: Named, component: string) {
  return { ...selectorOf(name, component), 'app.kubernetes.io/part-of': 'convex' };
}

/** The labels by which the pods of a part are found. They cannot change. */
export function selectorOf(name: string, component: 'backend' | 'dashboard' | string) {
  return {
    'app.kubernetes.io/name': `convex-${component}`,
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/component': component,
  };
}

type Networking = ConvexInstanceSpec['networking'];

/** The URL under which the host is reached. */
export function hostUrl({ host, tlsSecretRef }: Networking): string {
  return `${tlsSecretRef ? 'https' : 'http'}://${host}`;
}

/** The URL to tell people: TLS may end at a Gateway of somebody else, which only the other URLs tell of. */
export function publicUrl(networking: Networking): string {
  const { host, deploymentUrl, cloudOrigin } = networking;
  const isTls = [deploymentUrl, cloudOrigin].some((url) => url && isHttpsOf(url, host));
  return isTls ? `https://${host}` : hostUrl(networking);
}

function isHttpsOf(url: string, host: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.protocol === 'https:' && parsed.hostname === host;
}

/** The URL of the API inside the cluster. */
export function internalUrl({ name, namespace }: Named): string {
  return `http://${name}-backend.${namespace}.svc.cluster.local:${PORTS.api}`;
}

/** The Secret with what is generated. */
export function secretNameOf({ name }: Named): string {
  return `${name}-convex-secrets`;
}
