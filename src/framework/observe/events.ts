import { randomBytes } from 'node:crypto';
import { messageOf } from '../api/errors.ts';
import type { KubeObject } from '../api/object.ts';
import type { Transport } from '../api/transport.ts';
import type { Logger } from './logger.ts';

/** Something that happened to an object, as `kubectl describe` shows it. */
export type EventInput = {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase. */
  readonly reason: string;
  /** What happened, naming what and to which value; at most 1024 bytes are kept. Never a secret. */
  readonly note: string;
  /** What was being done; `Reconcile` when left out. */
  readonly action?: string;
};

export type EventRecorderOptions = {
  readonly transport: Transport;
  readonly logger: Logger;
  /** The name of this process among its like, such as its pod's. */
  readonly instance: string;
};

type Posted = { readonly path: string; readonly at: number; count: number };

/** The same event within this time of its last sighting is counted, not repeated. */
const SERIES_WINDOW_MS = 6 * 60_000;
const MAX_NOTE_BYTES = 1024;
const MAX_REMEMBERED = 2_000;
const CONTROLLER = 'hearth';

/** Writes events.k8s.io events in the background. An event that cannot be written is logged and dropped. */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #posted = new Map<string, Posted>();
  #pending: Promise<void> = Promise.resolve();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Records an event about an object. Returns at once; events are written one after the other. */
  record(regarding: KubeObject, event: EventInput): void {
    this.#pending = this.#pending
      .then(() => this.#write(regarding, event))
      .catch((error: unknown) => {
        this.#options.logger.warn('event was not written', { reason: event.reason, error: messageOf(error) });
      });
  }

  /** Resolves when every event recorded so far was written or dropped. */
  async flush(): Promise<void> {
    await this.#pending;
  }

  async #write(regarding: KubeObject, event: EventInput): Promise<void> {
    const note = cut(event.note, MAX_NOTE_BYTES);
    const id = [regarding.metadata.uid, event.type, event.reason, note].join(' ');
    const earlier = this.#posted.get(id);
    if (earlier && Date.now() - earlier.at < SERIES_WINDOW_MS) {
      await this.#repeat(id, earlier);
      return;
    }
    const path = await this.#post(regarding, { ...event, note });
    this.#remember(id, { path, at: Date.now(), count: 1 });
  }

  async #post(regarding: KubeObject, event: EventInput): Promise<string> {
    const { apiVersion, kind, metadata } = regarding;
    const { name, namespace, uid, resourceVersion } = metadata;
    const eventNamespace = namespace ?? 'default';
    const path = `/apis/events.k8s.io/v1/namespaces/${eventNamespace}/events`;
    const created = await this.#options.transport.request<KubeObject>({
      method: 'POST',
      path,
      body: {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: `${name.slice(0, 230)}.${randomBytes(8).toString('hex')}`, namespace: eventNamespace },
        eventTime: microTime(),
        reportingController: CONTROLLER,
        reportingInstance: this.#options.instance.slice(0, 128),
        action: event.action ?? 'Reconcile',
        regarding: { apiVersion, kind, name, namespace, uid, resourceVersion },
        type: event.type,
        reason: event.reason,
        note: event.note,
      },
    });
    return `${path}/${created.metadata.name}`;
  }

  async #repeat(id: string, earlier: Posted): Promise<void> {
    const count = earlier.count + 1;
    await this.#options.transport.request({
      method: 'PATCH',
      path: earlier.path,
      contentType: 'application/merge-patch+json',
      body: { series: { count, lastObservedTime: microTime() } },
    });
    this.#remember(id, { path: earlier.path, at: Date.now(), count });
  }

  #remember(id: string, posted: Posted): void {
    this.#posted.delete(id);
    this.#posted.set(id, posted);
    const [oldest] = this.#posted.keys();
    if (this.#posted.size > MAX_REMEMBERED && oldest !== undefined) {
      this.#posted.delete(oldest);
    }
  }
}

/** MicroTime: six digits after the point. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}

function cut(text: string, bytes: number): string {
  const whole = Buffer.from(text);
  return whole.length <= bytes
    ? text
    : `${whole
        .subarray(0, bytes - 4)
        .toString('utf8')
        .replace(/�+$/, '')}…`;
}
