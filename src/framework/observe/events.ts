import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../api/errors.ts';
import { type KubeObject, type ObjectMeta, type ObjectRef, refOf } from '../api/object.ts';
import type { Transport } from '../api/transport.ts';
import type { Logger } from './logger.ts';
import { outsideRuns } from './run.ts';

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
  /** Whether others have more urgent requests to make; never when left out. */
  readonly isBusy?: () => boolean;
};

/** What an event says of the object that it is about. */
type Regarding = ObjectRef & Pick<ObjectMeta, 'uid' | 'resourceVersion'>;

/** An event that is not written yet. */
type Recorded = { readonly regarding: Regarding; readonly event: EventInput; readonly at: Date };

type Posted = { readonly path: string; readonly at: number; count: number };

/** The same event within this time of its last sighting is counted, not repeated. */
const SERIES_WINDOW_MS = 6 * 60_000;
const MAX_NOTE_BYTES = 1024;
const MAX_REMEMBERED = 2_000;
const CONTROLLER = 'hearth';

/** How long good news waits at most while there is more urgent work, and how often it is looked whether there is. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 100;

/**
 * Writes events.k8s.io events in the background, one after the other. Good news gives way to work that waits: when a
 * thousand objects come at once, they are made ready first and told of then. An event that cannot be written is logged
 * and dropped.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #posted = new Map<string, Posted>();
  readonly #urgent: Recorded[] = [];
  /** Those that give way; who waits longest stands first. */
  readonly #patient: Recorded[] = [];
  #writing: Promise<void> | undefined;
  #isFlushing = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Records an event about an object. Returns at once. */
  record(object: KubeObject, event: EventInput): void {
    const { uid, resourceVersion } = object.metadata;
    const waiting = event.type === 'Warning' ? this.#urgent : this.#patient;
    waiting.push({ regarding: { ...refOf(object), uid, resourceVersion }, event, at: new Date() });
    outsideRuns(() => {
      this.#writing ??= this.#writeAll();
    });
  }

  /** Resolves when every event recorded so far was written or dropped; none of them gives way any more. */
  async flush(): Promise<void> {
    this.#isFlushing = true;
    await this.#writing;
    this.#isFlushing = false;
  }

  async #writeAll(): Promise<void> {
    while (this.#urgent.length > 0 || this.#patient.length > 0) {
      const next = this.#next();
      if (next) {
        await this.#write(next).catch((error: unknown) => {
          this.#options.logger.warn('event was not written', { reason: next.event.reason, error: messageOf(error) });
        });
      } else {
        await delay(LOOK_MS, undefined, { ref: false });
      }
    }
    this.#writing = undefined;
  }

  /** Takes the event that is to be written now; none when all of them give way. */
  #next(): Recorded | undefined {
    const since = this.#patient[0]?.at.getTime() ?? Number.POSITIVE_INFINITY;
    const isOverdue = Date.now() - since >= PATIENCE_MS;
    const mayWrite = isOverdue || this.#isFlushing || !this.#options.isBusy?.();
    return this.#urgent.shift() ?? (mayWrite ? this.#patient.shift() : undefined);
  }

  async #write({ regarding, event, at }: Recorded): Promise<void> {
    const note = cut(event.note, MAX_NOTE_BYTES);
    const id = [regarding.uid, event.type, event.reason, note].join(' ');
    const earlier = this.#posted.get(id);
    if (earlier && at.getTime() - earlier.at < SERIES_WINDOW_MS) {
      await this.#repeat(id, earlier, at);
      return;
    }
    const path = await this.#post({ regarding, event: { ...event, note }, at });
    this.#remember(id, { path, at: at.getTime(), count: 1 });
  }

  async #post({ regarding, event, at }: Recorded): Promise<string> {
    const { name, namespace = 'default' } = regarding;
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    const created = await this.#options.transport.request<KubeObject>({
      method: 'POST',
      path,
      body: {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: `${name.slice(0, 230)}.${randomBytes(8).toString('hex')}`, namespace },
        eventTime: microTime(at),
        reportingController: CONTROLLER,
        reportingInstance: this.#options.instance.slice(0, 128),
        action: event.action ?? 'Reconcile',
        regarding,
        type: event.type,
        reason: event.reason,
        note: event.note,
      },
    });
    return `${path}/${created.metadata.name}`;
  }

  async #repeat(id: string, earlier: Posted, at: Date): Promise<void> {
    const count = earlier.count + 1;
    await this.#options.transport.request({
      method: 'PATCH',
      path: earlier.path,
      contentType: 'application/merge-patch+json',
      body: { series: { count, lastObservedTime: microTime(at) } },
    });
    this.#remember(id, { path: earlier.path, at: at.getTime(), count });
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
function microTime(at: Date): string {
  return at.toISOString().replace('Z', '000Z');
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
