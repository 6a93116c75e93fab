import type { KubeConfig } from '@kubernetes/client-node';
import { WriteGateway } from '../api/apply.ts';
import { Discovery } from '../api/discovery.ts';
import { keyOf } from '../api/object.ts';
import { type Interceptor, Transport } from '../api/transport.ts';
import type { MayWrite } from '../api/write-guard.ts';
import { Informers } from '../cache/informers.ts';
import type { Journal } from '../observe/journal.ts';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import { currentRun } from '../observe/run.ts';
import type { Runtime } from '../resources/services.ts';
import { WriteNews } from '../resources/write-news.ts';

export type RuntimeOptions = {
  readonly kubeConfig: KubeConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly journal: Journal;
  readonly namespaces: readonly string[];
  readonly recheckMs: number;
  readonly image?: string | undefined;
  /** Sees every request of the operator; only tests have one. */
  readonly intercept?: Interceptor | undefined;
  /** Whether writing is allowed now; always when left out. */
  readonly mayWrite?: MayWrite | undefined;
};

/** Puts together what the whole operator shares. Nothing is sent yet. */
export function createRuntime(options: RuntimeOptions): Runtime {
  const { kubeConfig, logger, metrics, journal, namespaces, recheckMs, image, intercept, mayWrite } = options;
  const transport = new Transport(kubeConfig, {
    intercept,
    mayWrite,
    observe: (request) => {
      metrics.observeRequest(request);
      currentRun()?.requested(request);
    },
  });
  const discovery = new Discovery(transport);
  const news = new WriteNews();
  const informers = new Informers({ discovery, transport, logger, namespaces });
  const gateway = new WriteGateway({
    transport,
    discovery,
    lookUp: (ref) => informers.lookUp(ref),
    onBegin: (ref) => informers.holdBack(ref),
    onWrite: (object, { before, sent }) => {
      currentRun()?.wrote(before, object, sent);
      journal.remember(object.kind, keyOf(object), object.metadata.resourceVersion);
      informers.observeWrite(object);
      // The writer comes to its end first: what it notes about its write is there for whoever is told.
      setImmediate(() => news.tell(before, object));
    },
    onResult: (manifest, result) => {
      metrics.observeWrite(manifest.kind, result);
      if (result === 'unchanged') {
        currentRun()?.skipped(manifest);
      }
    },
  });
  return { transport, discovery, informers, gateway, news, logger, namespaces, recheckMs, image };
}
