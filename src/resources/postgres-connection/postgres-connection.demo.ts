import type { KindDemo } from '../../../demo/kind-demo.ts';

export const demo: KindDemo = {
  ready: 'postgresconnections',
  next: ({ profile }) =>
    profile === 'node' ? ['kubectl delete pod postgres-0 -n postgres # status tells, then all is Ready again'] : [],
};
