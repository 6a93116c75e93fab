import type { KubeConfig } from '@kubernetes/client-node';
import { WriteGateway } from '../api/apply.ts';
import { Discovery } from '../api/discovery.ts';
import { Transport } from '../api/transport.ts';
import { Informers } from '../cache/informers.ts';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Runtime } from '../resources/services.ts';

export type RuntimeOptions = {
  readonly kubeConfig: KubeConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly namespaces: readonly string[];
  readonly recheckMs: number;
  readonly image?: string | undefined;
};

/** Puts together what the whole operator shares. Nothing is sent yet. */
export function createRuntime({ kubeConfig, logger, metrics, ...shared }: RuntimeOptions): Runtime {
  const { namespaces } = shared;
  const transport = new Transport(kubeConfig, { observe: metrics.observeRequest });
  const discovery = new Discovery(transport);
  const informers = new Informers({ discovery, transport, logger, namespaces });
  const gateway = new WriteGateway({
    transport,
    discovery,
    onWrite: (object) => informers.observeWrite(object),
    onResult: metrics.observeWrite,
  });
  return { transport, discovery, informers, gateway, logger, ...shared };
}
