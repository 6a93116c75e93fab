import type { ResourceType } from '../api/discovery.ts';
import type { KubeObject, ObjectKey } from '../api/object.ts';
import { describeCauses } from '../cause.ts';
import type { Journal } from '../observe/journal.ts';
import type { RunRecord } from '../observe/run.ts';
import type { WorkQueue } from '../queue/queue.ts';
import type { Answer } from './health.ts';

/** What is known of one object: what is planned for it, and its last runs. Never a value of a field. */
export type Explanation = {
  readonly kind: string;
  readonly object: ObjectKey;
  /** Whether the process that answers is the one that works; a standby has no runs. */
  readonly leading: boolean;
  /** What the cache has; nothing when the object is not there. */
  readonly cached?: { readonly resourceVersion: string; readonly generation?: number | undefined };
  readonly queue: {
    readonly state: 'idle' | 'planned' | 'waiting' | 'running';
    readonly inMs?: number;
    readonly causes: readonly string[];
  };
  /** Only while its own writes make it run again and again. */
  readonly loop?: { readonly runs: number; readonly heldMs: number };
  /** The latest first. */
  readonly runs: readonly RunRecord[];
};

/** What an explanation is taken from. */
type Kind = {
  readonly type: ResourceType;
  readonly informer: { get(key: ObjectKey): KubeObject | undefined };
  readonly queue: Pick<WorkQueue, 'stateOf'>;
  readonly controller: { loopOf(key: ObjectKey): Explanation['loop'] };
};

export type ExplainerOptions = {
  readonly journal: Journal;
  readonly isLeader: () => boolean;
  readonly find: (kind: string) => Kind | undefined;
};

/** Tells why objects run. */
export class Explainer {
  readonly #options: ExplainerOptions;

  constructor(options: ExplainerOptions) {
    this.#options = options;
  }

  /** Answers `?kind=<Kind>&key=<namespace>/<name>`. */
  answer(query: URLSearchParams): Answer {
    const name = query.get('kind') ?? '';
    const key = query.get('key') ?? '';
    if (name === '' || key === '') {
      return { code: 400, body: 'say which object: ?kind=GenerateSecret&key=namespace/name' };
    }
    const kind = this.#options.find(name);
    return kind
      ? { code: 200, contentType: 'application/json', body: JSON.stringify(this.#explain(kind, key)) }
      : { code: 404, body: `${name} is none of the kinds of this operator` };
  }

  #explain({ type, informer, queue, controller }: Kind, key: ObjectKey): Explanation {
    const { journal, isLeader } = this.#options;
    const cached = informer.get(key)?.metadata;
    const loop = controller.loopOf(key);
    return {
      kind: type.kind,
      object: key,
      leading: isLeader(),
      ...(cached ? { cached: { resourceVersion: cached.resourceVersion, generation: cached.generation } } : {}),
      queue: queueState(queue, key),
      ...(loop ? { loop } : {}),
      runs: journal.runsOf(type.kind, key).map((run) => run.record()),
    };
  }
}

function queueState(queue: Kind['queue'], key: ObjectKey): Explanation['queue'] {
  const now = queue.stateOf(key);
  if (now.state === 'idle') {
    return { state: 'idle', causes: [] };
  }
  const { state, causes } = now;
  const planned = now.state === 'planned' ? { inMs: Math.round(now.inMs) } : {};
  return { state, ...planned, causes: describeCauses(causes.list(), causes.dropped) };
}
