/** An object that makes a Secret of one value. */
export function generateSecret(name: string): object {
  return {
    apiVersion: 'homelab.mortenolsen.pro/v1',
    kind: 'GenerateSecret',
    metadata: { name },
    spec: { fields: [{ name: 'value' }] },
  };
}

/** A pod with Node and nothing to do. */
export function nodePod(name: string): object {
  const container = { name: 'main', image: 'hearth:0.1.0', command: ['node', '-e', 'setInterval(() => {}, 1 << 30)'] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 1, containers: [container] },
  };
}
