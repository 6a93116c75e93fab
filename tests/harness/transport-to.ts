import { KubeConfig } from '@kubernetes/client-node';
import { Transport, type TransportOptions } from '../../src/framework/api/transport.ts';

/** A transport with the server and the identity of a kubeconfig. Whoever asks for it closes it. */
export function transportTo(kubeconfig: string, options?: TransportOptions): Transport {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfig);
  return new Transport(kubeConfig, options);
}
