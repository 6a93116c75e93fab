/**
 * What the SDK gets for client-node in a bundle: as much as its constructor asks for. Its host gives it the right
 * kubeconfig at once, and makes every request itself. The real ones would bring each model of the API along: what is
 * required as CommonJS cannot be shaken.
 */
export class KubeConfig {
  loadFromDefault(): void {
    // the host has loaded it
  }

  makeApiClient(): object {
    return {};
  }
}

export class CoreV1Api {}
