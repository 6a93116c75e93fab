/** What the order is about: a `Component` is one. */
type Part<T> = { readonly name: string; readonly needs?: readonly T[] };

/** A label value and a list key: what a component may be called. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * The components in an order in which each stands behind those it needs; otherwise as in the list.
 * @throws Error for a slip of the author's: two of one name, a need that is not in the list, a circle.
 */
export function rolloutOrder<T extends Part<T>>(components: readonly T[]): T[] {
  assertNames(components);
  const order = new Set<T>();
  const path = new Set<T>();
  const visit = (component: T): void => {
    if (order.has(component)) {
      return;
    }
    if (path.has(component)) {
      throw new Error(`components need each other: ${[...path, component].map(({ name }) => name).join(' → ')}`);
    }
    if (!components.includes(component)) {
      throw new Error(`component ${component.name} is needed, but is not in the list`);
    }
    path.add(component);
    component.needs?.forEach(visit);
    path.delete(component);
    order.add(component);
  };
  components.forEach(visit);
  return [...order];
}

function assertNames(components: readonly { readonly name: string }[]): void {
  const names = components.map(({ name }) => name);
  const wrong = names.find((name) => !NAME.test(name));
  if (wrong !== undefined) {
    throw new Error(`"${wrong}" cannot name a component: lower case letters, digits and dashes, at most 63`);
  }
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) {
    throw new Error(`two components are called ${double}`);
  }
}
