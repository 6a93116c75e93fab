import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import { Store, type StoreChange } from './store.ts';

type Parts = { name?: string; namespace?: string; version: number; label?: string; uid?: string };

function objectAt({ name = 'a', namespace = 'home', version, label, uid = 'u1' }: Parts): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, uid, resourceVersion: String(version), ...(label ? { labels: { app: label } } : {}) },
  };
}

const everywhere = () => true;

let store: Store;
let changes: StoreChange[];

beforeEach(() => {
  store = new Store();
  changes = [];
  store.subscribe((change) => changes.push(change));
});

describe('objects from the watch', () => {
  test('a new object is held and told of', () => {
    const object = objectAt({ version: 5 });
    store.upsert(object);
    expect(store.get('home/a')).toBe(object);
    expect(store.keys()).toEqual(['home/a']);
    expect(store.values()).toEqual([object]);
    expect(store.size).toBe(1);
    expect(changes).toEqual([{ key: 'home/a', previous: undefined, current: object }]);
  });

  test('a newer version replaces the one that is held, and both are told', () => {
    const [older, newer] = [objectAt({ version: 5 }), objectAt({ version: 6 })];
    store.upsert(older);
    store.upsert(newer);
    expect(store.get('home/a')).toBe(newer);
    expect(changes.at(-1)).toEqual({ key: 'home/a', previous: older, current: newer });
  });

  test('versions are compared as numbers, so a longer one is newer', () => {
    const newer = objectAt({ version: 1_000 });
    store.upsert(objectAt({ version: 999 }));
    store.upsert(newer);
    expect(store.get('home/a')).toBe(newer);
  });

  test('an older version is not taken but is told of', () => {
    const held = objectAt({ version: 10 });
    store.upsert(held);
    store.upsert(objectAt({ version: 9 }));
    expect(store.get('home/a')).toBe(held);
    expect(changes).toHaveLength(2);
    expect(changes.at(-1)).toEqual({ key: 'home/a', previous: held, current: held });
  });

  test('the same version again is no change', () => {
    store.upsert(objectAt({ version: 10 }));
    store.upsert(objectAt({ version: 10 }));
    expect(changes).toHaveLength(1);
  });

  test('a deletion drops the object and tells what it was', () => {
    const held = objectAt({ version: 5 });
    store.upsert(held);
    store.remove(objectAt({ version: 6 }));
    expect(store.get('home/a')).toBeUndefined();
    expect(changes.at(-1)).toEqual({ key: 'home/a', previous: held, current: undefined });
  });

  test('the deletion of an object that was made anew meanwhile leaves the new one, and is told of', () => {
    const remade = objectAt({ version: 12, uid: 'u2' });
    store.upsert(objectAt({ version: 5 }));
    store.observeWrite(remade);
    store.remove(objectAt({ version: 8 }));
    expect(store.get('home/a')).toBe(remade);
    expect(changes.at(-1)).toEqual({ key: 'home/a', previous: remade, current: remade });
  });

  test('objects of the same name in different namespaces are different objects', () => {
    store.upsert(objectAt({ version: 5 }));
    store.upsert(objectAt({ namespace: 'work', version: 6 }));
    store.remove(objectAt({ version: 7 }));
    expect(store.keys()).toEqual(['work/a']);
  });
});

describe('our own writes', () => {
  test('are read at once and told to nobody, and neither is their echo on the watch', () => {
    const written = objectAt({ version: 7 });
    store.upsert(objectAt({ version: 5 }));
    store.observeWrite(written);
    expect(store.get('home/a')).toBe(written);
    store.upsert(objectAt({ version: 7 }));
    expect(changes).toHaveLength(1);
  });

  test('a creation of ours is read at once, and its echo is silent', () => {
    store.observeWrite(objectAt({ version: 7 }));
    store.upsert(objectAt({ version: 7 }));
    expect(store.size).toBe(1);
    expect(changes).toEqual([]);
  });

  test("somebody else's change that our newer write hides is told of when the watch brings it", () => {
    const ours = objectAt({ version: 7 });
    store.upsert(objectAt({ version: 5 }));
    store.observeWrite(ours);
    store.upsert(objectAt({ version: 6 })); // theirs, between the held one and ours
    store.upsert(objectAt({ version: 7 })); // our echo
    expect(store.get('home/a')).toBe(ours);
    expect(changes.slice(1)).toEqual([{ key: 'home/a', previous: ours, current: ours }]);
  });

  test('an answer that is older than what the watch has brought is not taken', () => {
    const held = objectAt({ version: 9 });
    store.upsert(held);
    store.observeWrite(objectAt({ version: 8 }));
    expect(store.get('home/a')).toBe(held);
  });

  test('an answer that arrives after the watch told of the deletion does not bring the object back', () => {
    store.upsert(objectAt({ version: 5 }));
    store.remove(objectAt({ version: 8 }));
    store.observeWrite(objectAt({ version: 7 }));
    expect(store.get('home/a')).toBeUndefined();
  });
});

describe('a whole list', () => {
  test('drops what it does not contain, tells of every drop, and takes what it contains', () => {
    const gone = objectAt({ name: 'gone', version: 3 });
    const kept = objectAt({ name: 'kept', version: 4 });
    const added = objectAt({ name: 'added', version: 8 });
    store.upsert(gone);
    store.upsert(kept);
    changes.length = 0;
    store.replace([kept, added], '10', everywhere);
    expect(store.keys()).toEqual(['home/kept', 'home/added']);
    expect(changes).toEqual([
      { key: 'home/added', previous: undefined, current: added },
      { key: 'home/gone', previous: gone, current: undefined },
    ]);
  });

  test('does not drop what we wrote after the list was made', () => {
    const written = objectAt({ name: 'new', version: 11 });
    store.observeWrite(written);
    store.replace([], '10', everywhere);
    expect(store.values()).toEqual([written]);
    expect(changes).toEqual([]);
  });

  test('drops what was last written at the very version of the list', () => {
    store.observeWrite(objectAt({ version: 10 }));
    store.replace([], '10', everywhere);
    expect(store.size).toBe(0);
  });

  test('does not replace a newer version of ours by an older one in the list', () => {
    const written = objectAt({ version: 11 });
    store.observeWrite(written);
    store.replace([objectAt({ version: 9 })], '10', everywhere);
    expect(store.values()).toEqual([written]);
  });

  test('leaves alone what is out of its scope', () => {
    const other = objectAt({ namespace: 'work', version: 3 });
    store.upsert(objectAt({ version: 4 }));
    store.upsert(other);
    store.replace([], '10', ({ metadata }) => metadata.namespace === 'home');
    expect(store.values()).toEqual([other]);
  });
});

describe('listeners', () => {
  test('hear nothing after they unsubscribed', () => {
    const heard: StoreChange[] = [];
    const unsubscribe = store.subscribe((change) => heard.push(change));
    unsubscribe();
    store.upsert(objectAt({ version: 1 }));
    expect(heard).toEqual([]);
    expect(changes).toHaveLength(1);
  });

  test('may unsubscribe and read the new state while they are told', () => {
    const seen: unknown[] = [];
    const unsubscribe = store.subscribe(({ key }) => {
      unsubscribe();
      seen.push(store.get(key)?.metadata.resourceVersion);
    });
    store.upsert(objectAt({ version: 1 }));
    store.upsert(objectAt({ version: 2 }));
    expect(seen).toEqual(['1']);
    expect(changes).toHaveLength(2);
  });
});

describe('indexes', () => {
  const byLabel = ({ metadata }: KubeObject) => Object.values(metadata.labels ?? {});
  const namesUnder = (value: string) => store.byIndex('label', value).map(({ metadata }) => metadata.name);

  test('hold what was there before them', () => {
    store.upsert(objectAt({ version: 1, label: 'x' }));
    store.addIndex('label', byLabel);
    expect(namesUnder('x')).toEqual(['a']);
  });

  test('follow changes, our own writes, deletions and lists', () => {
    store.addIndex('label', byLabel);
    store.upsert(objectAt({ version: 1, label: 'x' }));
    store.upsert(objectAt({ name: 'b', version: 2, label: 'x' }));
    expect(namesUnder('x')).toEqual(['a', 'b']);
    store.upsert(objectAt({ version: 3, label: 'y' }));
    expect([namesUnder('x'), namesUnder('y')]).toEqual([['b'], ['a']]);
    store.observeWrite(objectAt({ version: 4, label: 'z' }));
    expect([namesUnder('y'), namesUnder('z')]).toEqual([[], ['a']]);
    store.remove(objectAt({ version: 5 }));
    expect(namesUnder('z')).toEqual([]);
    store.replace([], '9', everywhere);
    expect(namesUnder('x')).toEqual([]);
  });

  test('do not follow a version that is too old to be taken', () => {
    store.addIndex('label', byLabel);
    store.upsert(objectAt({ version: 5, label: 'new' }));
    store.upsert(objectAt({ version: 4, label: 'old' }));
    expect([namesUnder('old'), namesUnder('new')]).toEqual([[], ['a']]);
  });

  test('that nobody added are empty', () => {
    store.upsert(objectAt({ version: 1 }));
    expect(store.byIndex('unknown', 'x')).toEqual([]);
  });
});

describe('any order of watch events and answers to our writes', () => {
  const write = fc.record({
    name: fc.constantFrom('a', 'b'),
    what: fc.constantFrom('write' as const, 'write' as const, 'delete' as const),
    ours: fc.boolean(),
    /** How many watch events the answer to a write of ours is ahead of its echo. */
    ahead: fc.integer({ min: 0, max: 4 }),
    /** How many events it comes behind, where the test says so. */
    behind: fc.integer({ min: 0, max: 4 }),
  });
  type Write = typeof write extends fc.Arbitrary<infer T> ? T : never;
  type Step = { readonly run: () => void; readonly at: number };
  type At = (index: number, each: Write) => number;
  type History = { events: Step[]; answers: Step[]; last: Map<string, KubeObject> };

  /** Versions start at 95, so that they grow in length. */
  const written = ({ name }: Write, index: number) => objectAt({ name, version: 95 + index, label: `v${95 + index}` });

  /** What the server answers to those of the writes that are ours. */
  function answersTo(writes: readonly Write[], at: At): Step[] {
    return writes.flatMap((each, index) => {
      const object = written(each, index);
      const isOurs = each.ours && each.what === 'write';
      return isOurs ? [{ run: () => store.observeWrite(object), at: at(index, each) }] : [];
    });
  }

  /** What the server tells of these writes, and what is there in the end. */
  function historyOf(writes: readonly Write[], at: At): History {
    const history: History = { events: [], answers: answersTo(writes, at), last: new Map() };
    for (const [index, each] of writes.entries()) {
      const object = written(each, index);
      if (each.what === 'write') {
        history.last.set(each.name, object);
        history.events.push({ run: () => store.upsert(object), at: index });
      } else if (history.last.delete(each.name)) {
        history.events.push({ run: () => store.remove(object), at: index });
      }
    }
    return history;
  }

  /** Runs the steps by their time. */
  const play = (...steps: Step[]) => {
    for (const { run } of steps.sort((a, b) => a.at - b.at)) {
      run();
    }
  };

  const start = () => {
    store = new Store();
    store.addIndex('label', ({ metadata }) => Object.values(metadata.labels ?? {}));
  };

  const expectState = (last: ReadonlyMap<string, KubeObject>) => {
    const byName = (a: KubeObject, b: KubeObject) => (a.metadata.name < b.metadata.name ? -1 : 1);
    expect(store.values().sort(byName)).toEqual([...last.values()].sort(byName));
    for (const object of last.values()) {
      expect(store.byIndex('label', String(object.metadata.labels?.['app']))).toEqual([object]);
    }
  };

  const early = (index: number, { ahead }: Write) => index - ahead - 0.5;

  test('ends with the newest state when our answers come before their echoes', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 30 }), (writes) => {
        start();
        const { events, answers, last } = historyOf(writes, early);
        play(...events, ...answers);
        expectState(last);
      }),
      { numRuns: 500 },
    );
  });

  test('ends with the newest state when our answers come after their echoes', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 30 }), (writes) => {
        start();
        const { events, answers, last } = historyOf(writes, (index, { behind }) => index + behind + 0.5);
        play(...events, ...answers);
        expectState(last);
      }),
      { numRuns: 500 },
    );
  });

  test('never goes back in time on the way', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 30 }), (writes) => {
        start();
        const { events, answers } = historyOf(
          writes.filter(({ what }) => what === 'write'),
          early,
        );
        const newest = new Map<string, number>();
        const watched = [...events, ...answers].map(({ run, at }) => ({ run: () => watch(run, newest), at }));
        play(...watched);
      }),
    );
  });

  function watch(run: () => void, newest: Map<string, number>): void {
    run();
    for (const { metadata } of store.values()) {
      const version = Number(metadata.resourceVersion);
      expect(version).toBeGreaterThanOrEqual(newest.get(metadata.name) ?? 0);
      newest.set(metadata.name, version);
    }
  }

  test('a list at the end settles what the watch missed', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 20 }), fc.array(fc.boolean(), { maxLength: 20 }), (writes, missed) => {
        start();
        const { events, answers, last } = historyOf(writes, early);
        play(...events.filter((_, i) => !missed[i]), ...answers);
        store.replace([...last.values()], String(95 + writes.length), everywhere);
        expectState(last);
      }),
      { numRuns: 500 },
    );
  });

  /** How often listeners were told while only writes happened, and how many of those were somebody else's. */
  function told(writes: readonly Write[], at: At) {
    start();
    const { events, answers } = historyOf(
      writes.filter(({ what }) => what === 'write'),
      at,
    );
    let count = 0;
    store.subscribe(() => {
      count += 1;
    });
    play(...events, ...answers);
    return { count, foreign: events.length - answers.length };
  }

  test("exactly somebody else's writes are told of when each answer comes just before its echo", () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 20 }), (writes) => {
        const { count, foreign } = told(writes, (index) => index - 0.5);
        expect(count).toBe(foreign);
      }),
    );
  });

  test("somebody else's every write is told of, wherever our own ones fall between", () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 20 }), (writes) => {
        const { count, foreign } = told(writes, early);
        expect(count).toBeGreaterThanOrEqual(foreign);
      }),
    );
  });

  test('the echo of the first of two quick writes of ours is silent, too', () => {
    start();
    store.subscribe((change) => changes.push(change));
    store.observeWrite(objectAt({ version: 7 }));
    store.observeWrite(objectAt({ version: 8 }));
    store.upsert(objectAt({ version: 7 }));
    store.upsert(objectAt({ version: 8 }));
    expect(changes).toEqual([]);
  });
});
