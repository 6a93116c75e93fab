import { messageOf } from '../api/errors.ts';
import type { AnyDefinition } from '../definition.ts';
import type { AnsweredCall } from '../observe/webhook-metrics.ts';
import type { Runtime } from '../resources/services.ts';
import { CertificateKeeper } from './certificate-keeper.ts';
import { convert } from './conversion.ts';
import { Reviewer } from './review.ts';
import type { Identity } from './rotation.ts';
import { trustingOf } from './trust.ts';
import { WebhookServer } from './webhook-server.ts';

export type WebhookOptions = {
  /** The port of the HTTPS server; 0 takes a free one. */
  readonly port: number;
  /** The name of the Service, of the Secret with the certificates, and of the configurations. */
  readonly name: string;
  /** The namespace of the Service and the Secret. */
  readonly namespace: string;
  /** Further host names and addresses under which the server is called. */
  readonly hosts: readonly string[];
  /** Who keeps the certificates: `own` is Hearth, `provided` somebody else, who also says whom to trust. */
  readonly certificates: 'own' | 'provided';
  /** How long a certificate is good that Hearth makes. */
  readonly certificateMs: number;
};

/** What the webhook needs of the process that it is a part of. */
export type WebhookHost = {
  readonly runtime: Runtime;
  readonly definitions: readonly AnyDefinition[];
  readonly observe: (call: AnsweredCall) => void;
  /** Whether this process leads; only then it renews certificates. */
  readonly mayWrite: () => boolean;
};

/**
 * Tells users at once what a run would tell them later. Nothing depends on it: while it is absent, down or not trusted yet,
 * objects are accepted and runs say the same.
 */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #runtime: Runtime;
  readonly #server: WebhookServer;
  readonly #keeper: CertificateKeeper;
  #isListening = false;

  constructor({ runtime, definitions, observe, mayWrite }: WebhookHost, options: WebhookOptions) {
    this.#options = options;
    this.#runtime = runtime;
    const { name, namespace, hosts, certificates, certificateMs } = options;
    const isOwn = certificates === 'own';
    const { logger } = runtime;
    const reviewer = new Reviewer({ definitions, logger });
    const answers = {
      validate: reviewer.validate.bind(reviewer),
      mutate: reviewer.mutate.bind(reviewer),
      convert: convert.bind(undefined, definitions),
    };
    this.#server = new WebhookServer({ answers, logger, observe });
    this.#keeper = new CertificateKeeper({
      runtime,
      secret: { namespace, name },
      rotation: isOwn ? { name, hosts: [`${name}.${namespace}.svc`, ...hosts], lifetimeMs: certificateMs } : undefined,
      trusting: isOwn ? trustingOf(name, definitions) : [],
      mayWrite,
      onIdentity: (identity) => this.#serve(identity),
    });
  }

  /** Begins to get certificates; it listens when there are some. */
  start(): void {
    this.#keeper.start();
  }

  /** This process leads from now on. */
  lead(): void {
    this.#keeper.wake();
  }

  async stop(): Promise<void> {
    await this.#keeper.stop();
    await this.#server.close();
  }

  async #serve(identity: Identity): Promise<void> {
    if (this.#isListening) {
      this.#server.identify(identity);
      return;
    }
    const port = await this.#server.listen(this.#options.port, identity).catch((error: unknown) => {
      throw new Error(`Port ${this.#options.port} cannot be served: ${messageOf(error)}`, { cause: error });
    });
    this.#isListening = true;
    this.#runtime.logger.info('the webhook listens', { port });
  }
}
