import { stringify } from 'yaml';

/** Lines of a template that stand around what they decide on, or in place of a value. */
type Slot = { readonly open: string; readonly close: string; readonly content: unknown };

const SLOT = /^( *)(?:- )?__slot(\d+)__(?:: null)?$/;

/**
 * An object that becomes a template of Helm: what patches add to it stands under their conditions, and values of the chart
 * in place of its own.
 */
export class ChartTemplate {
  readonly #object: Record<string, unknown>;
  readonly #slots: Slot[] = [];
  readonly #values = new Map<string, string>();

  constructor(object: object) {
    this.#object = structuredClone(object) as Record<string, unknown>;
  }

  /** Adds what a patch adds, where a condition of the chart holds. What it changes has to be a value of the chart. */
  patch(condition: string, patch: object): this {
    this.#merge(this.#object, patch as Record<string, unknown>, condition);
    return this;
  }

  /** Replaces the value at a path by an action. */
  value(path: readonly (string | number)[], action: string): this {
    const id = `__value${this.#values.size}__`;
    this.#values.set(id, action);
    this.#setAt(path, id);
    return this;
  }

  /** Adds lines at the end of the map or list at a path. */
  lines(path: readonly (string | number)[], ...lines: readonly string[]): this {
    this.#append(this.#at(path), { open: '', close: '', content: lines });
    return this;
  }

  /** The text of the template. */
  render(): string {
    const text = escaped(stringify(this.#object, { lineWidth: 0, aliasDuplicateObjects: false }));
    const lines = text.split('\n').flatMap((line) => this.#lineOf(line));
    const filled = [...this.#values].reduce((all, [id, action]) => all.replace(id, action), lines.join('\n'));
    return filled.replaceAll('hearth-system', '{{ $.Release.Namespace }}');
  }

  #lineOf(line: string): string[] {
    const [, indent = '', number] = line.match(SLOT) ?? [];
    const slot = number === undefined ? undefined : this.#slots[Number(number)];
    if (!slot) {
      return [line];
    }
    const { open, close, content } = slot;
    if (open === '') {
      return content as string[];
    }
    const body = escaped(stringify(content, { lineWidth: 0 }))
      .trimEnd()
      .split('\n');
    return [open, ...body.map((each) => indent + each), close];
  }

  #merge(target: Record<string, unknown>, patch: Readonly<Record<string, unknown>>, condition: string): void {
    for (const [key, wanted] of Object.entries(patch)) {
      const present = target[key];
      if (present === undefined) {
        this.#append(target, conditional(condition, { [key]: wanted }));
      } else if (Array.isArray(present) && Array.isArray(wanted)) {
        this.#mergeItems(present, wanted, condition);
      } else if (isMap(present) && isMap(wanted)) {
        this.#merge(present, wanted, condition);
      }
    }
  }

  /** Items of lists are known by their names, as in a strategic merge. */
  #mergeItems(target: unknown[], patch: readonly unknown[], condition: string): void {
    for (const item of patch) {
      const name = isMap(item) ? item['name'] : undefined;
      const present = target.find((each) => isMap(each) && each['name'] === name);
      if (isMap(present) && isMap(item)) {
        this.#merge(present, item, condition);
      } else {
        this.#append(target, conditional(condition, [item]));
      }
    }
  }

  #append(target: unknown, slot: Slot): void {
    const id = `__slot${this.#slots.push(slot) - 1}__`;
    if (Array.isArray(target)) {
      target.push(id);
    } else if (isMap(target)) {
      target[id] = null;
    }
  }

  #at(path: readonly (string | number)[]): unknown {
    return path.reduce<unknown>((node, key) => (node as Record<string | number, unknown>)[key], this.#object);
  }

  #setAt(path: readonly (string | number)[], value: unknown): void {
    const parent = this.#at(path.slice(0, -1)) as Record<string | number, unknown>;
    parent[path.at(-1) ?? ''] = value;
  }
}

function conditional(condition: string, content: unknown): Slot {
  return { open: `{{- if ${condition} }}`, close: '{{- end }}', content };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text with nothing in it that Helm would take for an action. */
function escaped(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}
