import { once } from 'node:events';
import { createServer } from 'node:net';
import { connect } from 'node:tls';

const GROUP = 'homelab.mortenolsen.pro';

/** The rights of a kind with defaults and several versions, which no kind that ships is. */
export const LETTER_RIGHTS = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'hearth-letters' },
    rules: [
      { apiGroups: [GROUP], resources: ['letters'], verbs: ['list', 'watch', 'patch'] },
      { apiGroups: [GROUP], resources: ['letters/status'], verbs: ['patch'] },
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['mutatingwebhookconfigurations'],
        resourceNames: ['hearth-webhook'],
        verbs: ['get', 'list', 'watch', 'patch'],
      },
      {
        apiGroups: ['apiextensions.k8s.io'],
        resources: ['customresourcedefinitions'],
        resourceNames: [`letters.${GROUP}`],
        verbs: ['get', 'list', 'watch', 'patch'],
      },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'hearth-letters' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'hearth-letters' },
    subjects: [{ kind: 'ServiceAccount', name: 'hearth', namespace: 'hearth-system' }],
  },
];

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** The fingerprint of the certificate that a server shows to a client, which asks for it by a name. @throws Error when the client does not trust it. */
export async function shownCertificate(port: number, authorities: string, servername?: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ca: authorities, ...(servername ? { servername } : {}) });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.fingerprint256 ?? '';
  } finally {
    socket.destroy();
  }
}
