import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import { HOLD_MS } from './held-back.ts';
import { Store, type StoreChange } from './store.ts';

type Parts = { name?: string; namespace?: string; version: number; label?: string; uid?: string };

function objectAt({ name = 'a', namespace = 'home', version, label, uid = 'u1' }: Parts): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, uid, resourceVersion: String(version), ...(label ? { labels: { app: label } } : {}) },
  };
}

let store: Store;
let changes: StoreChange[];

beforeEach(() => {
  store = new Store();
  changes = [];
  store.subscribe((change) => changes.push(change));
});

/** Takes a whole list, as a reflector does. */
function list(objects: readonly KubeObject[], version: string, scope?: string): void {
  const listing = store.beginList(scope);
  for (const object of objects) {
    listing.upsert(object);
  }
  listing.end(version);
}

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

  test('the deletion of an object that was made anew meanwhile leaves the new one', () => {
    const remade = objectAt({ version: 12, uid: 'u2' });
    store.upsert(objectAt({ version: 5 }));
    store.observeWrite(remade);
    store.remove(objectAt({ version: 8 }));
    expect(store.get('home/a')).toBe(remade);
    expect(changes).toHaveLength(2);
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
    store.advance('8', undefined);
    store.observeWrite(objectAt({ version: 7 }));
    expect(store.get('home/a')).toBeUndefined();
  });

  test('an answer that a list has overtaken does not bring back what the list did not contain', () => {
    list([], '10');
    store.observeWrite(objectAt({ version: 7 }));
    expect(store.size).toBe(0);
    store.observeWrite(objectAt({ version: 11 }));
    expect(store.size).toBe(1);
  });

  test('that are not echoed yet are counted', () => {
    list([], '1');
    store.observeWrite(objectAt({ version: 7 }));
    store.observeWrite(objectAt({ version: 8 }));
    expect(store.unseenWrites).toBe(2);
    store.upsert(objectAt({ version: 7 }));
    expect(store.unseenWrites).toBe(1);
    list([objectAt({ version: 8 })], '9');
    expect(store.unseenWrites).toBe(0);
  });

  test('that make anew what was held tell that somebody deleted it', () => {
    const [held, remade] = [objectAt({ version: 5 }), objectAt({ version: 9, uid: 'u2' })];
    store.upsert(held);
    store.observeWrite(remade);
    expect(changes.slice(1)).toEqual([{ key: 'home/a', previous: held, current: remade }]);
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
    list([kept, added], '10');
    expect(store.keys()).toEqual(['home/kept', 'home/added']);
    expect(changes).toEqual([
      { key: 'home/added', previous: undefined, current: added },
      { key: 'home/gone', previous: gone, current: undefined },
    ]);
  });

  test('does not drop what we wrote after the list was made', () => {
    const written = objectAt({ name: 'new', version: 11 });
    store.observeWrite(written);
    list([], '10');
    expect(store.values()).toEqual([written]);
    expect(changes).toEqual([]);
  });

  test('tells of a write of ours that it has, for it does not tell what came before that', () => {
    const ours = objectAt({ version: 7 });
    store.upsert(objectAt({ version: 5 }));
    store.observeWrite(ours);
    list([objectAt({ version: 7 })], '10');
    expect(changes.slice(1)).toEqual([{ key: 'home/a', previous: ours, current: ours }]);
  });

  test('drops what went while it came in', () => {
    const listing = store.beginList(undefined);
    listing.upsert(objectAt({ version: 5 }));
    listing.remove(objectAt({ version: 6 }));
    listing.end('6');
    expect(store.size).toBe(0);
    expect(changes).toHaveLength(2);
  });

  test('says up to which version everything is known, where least is known', () => {
    expect(store.version).toBe('');
    list([], '9', 'home');
    list([], '100', 'work');
    expect(store.version).toBe('9');
    store.advance('200', 'home');
    expect(store.version).toBe('100');
  });

  test('drops what was last written at the very version of the list', () => {
    store.observeWrite(objectAt({ version: 10 }));
    list([], '10');
    expect(store.size).toBe(0);
  });

  test('does not replace a newer version of ours by an older one in the list', () => {
    const written = objectAt({ version: 11 });
    store.observeWrite(written);
    list([objectAt({ version: 9 })], '10');
    expect(store.values()).toEqual([written]);
  });

  test('leaves alone what is out of its scope', () => {
    const other = objectAt({ namespace: 'work', version: 3 });
    store.upsert(objectAt({ version: 4 }));
    store.upsert(other);
    list([], '10', 'home');
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

describe('an object that is being written', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    list([objectAt({ version: 5 })], '5');
    changes.length = 0;
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  test('tells of no echo, be it faster than the answer or not, and of what others did', () => {
    const end = store.holdBack('home/a');
    store.upsert(objectAt({ version: 6, label: 'ours' }));
    store.upsert(objectAt({ version: 7, label: 'theirs' }));
    store.upsert(objectAt({ name: 'b', version: 8 }));
    expect(changes.map(({ key }) => key)).toEqual(['home/b']);
    store.observeWrite(objectAt({ version: 6, label: 'ours' }));
    end();
    expect(changes.slice(1).map(({ current }) => current?.metadata.labels)).toEqual([{ app: 'theirs' }]);
  });

  test('has its news told when the write failed', () => {
    const end = store.holdBack('home/a');
    store.remove(objectAt({ version: 6 }));
    end();
    expect(changes).toHaveLength(1);
    expect(store.get('home/a')).toBeUndefined();
  });

  test('has its news told when the answer takes too long, and they wait no more until it is there', () => {
    const end = store.holdBack('home/a');
    store.upsert(objectAt({ version: 6 }));
    vi.advanceTimersByTime(HOLD_MS - 1);
    expect(changes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(changes).toHaveLength(1);
    store.upsert(objectAt({ version: 7 }));
    expect(changes).toHaveLength(2);
    end();
    expect(changes).toHaveLength(2);
  });

  test('does not come back by news that are older than a list', () => {
    const end = store.holdBack('home/a');
    store.upsert(objectAt({ version: 6 }));
    list([], '8');
    end();
    expect(store.get('home/a')).toBeUndefined();
  });

  test('does not come back when its kind is gone', () => {
    const end = store.holdBack('home/a');
    store.upsert(objectAt({ version: 6 }));
    store.clear();
    end();
    expect(store.get('home/a')).toBeUndefined();
  });
});
