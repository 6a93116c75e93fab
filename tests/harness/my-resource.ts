/** What `examples/my-resource` needs to be allowed, beside events. */
export const MY_RESOURCE_RULES = [
  { apiGroups: ['homelab.mortenolsen.pro'], resources: ['myresources'], verbs: ['list', 'watch', 'patch'] },
  { apiGroups: ['homelab.mortenolsen.pro'], resources: ['myresources/status'], verbs: ['patch'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list', 'watch', 'create', 'patch'] },
  { apiGroups: [''], resources: ['services'], verbs: ['list', 'watch', 'create', 'patch'] },
];

/** The guide's own example object. */
export function myResource(spec: Readonly<Record<string, unknown>> = {}) {
  return {
    apiVersion: 'homelab.mortenolsen.pro/v1',
    kind: 'MyResource',
    metadata: { name: 'my-app' },
    spec: {
      hostname: 'my-app.example.com',
      port: 8080,
      replicas: 3,
      protocol: 'https',
      database: { host: 'postgres.default.svc.cluster.local', port: 5432, name: 'myapp' },
      ...spec,
    },
  };
}
