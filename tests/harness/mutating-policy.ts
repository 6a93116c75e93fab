/** Objects with this label are changed on their way in: by this policy where its value is `yes`. */
export const MUTATE_LABEL = 'mutate';

const change = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });

/**
 * A MutatingAdmissionPolicy, as clusters have them for sidecars and limits: it adds an annotation to every object with the
 * label, and overrules the number of replicas of a Deployment.
 */
export const mutatingPolicy: readonly Readonly<Record<string, unknown>>[] = [
  ...policy('annotate', {
    groups: ['', 'apps', 'test.hearth.internal'],
    resources: ['configmaps', 'services', 'deployments', 'widgets'],
    mutations: [change('Object{metadata: Object.metadata{annotations: {"mutated": "yes"}}}')],
  }),
  ...policy('replicas', {
    groups: ['apps'],
    resources: ['deployments'],
    mutations: [change('Object{spec: Object.spec{replicas: 7}}')],
  }),
];

type Rules = {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly mutations: readonly unknown[];
};

function policy(name: string, { groups, resources, mutations }: Rules) {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const operations = ['CREATE', 'UPDATE'];
  const spec = {
    matchConstraints: {
      objectSelector: { matchLabels: { [MUTATE_LABEL]: 'yes' } },
      resourceRules: [{ apiGroups: groups, apiVersions: ['*'], operations, resources }],
    },
    failurePolicy: 'Fail',
    reinvocationPolicy: 'IfNeeded',
    mutations,
  };
  return [
    { apiVersion, kind: 'MutatingAdmissionPolicy', metadata: { name }, spec },
    { apiVersion, kind: 'MutatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: name } },
  ];
}
