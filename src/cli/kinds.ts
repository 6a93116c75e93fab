import type { AnyDefinition, ResourceType } from '../framework/framework.ts';
import { definitions } from '../resources/resources.ts';
import { UsageError } from './exit-codes.ts';

/** An object of ours as a command line names it. */
export type Target = { readonly definition: AnyDefinition; readonly name: string };

/** A kind by any of its names, as kubectl has it. @throws UsageError when there is no such kind. */
export function definitionOf(word: string): AnyDefinition {
  const wanted = word.toLowerCase();
  const definition = definitions.find((each) => namesOf(each).includes(wanted));
  if (!definition) {
    throw new UsageError(`${word} is none of Hearth's kinds: ${definitions.map(({ kind }) => kind).join(', ')}`);
  }
  return definition;
}

/** The kinds that were named; all of them when none was. @throws UsageError when one is none of ours. */
export function definitionsOf(words: readonly string[]): readonly AnyDefinition[] {
  return words.length === 0 ? definitions : words.map(definitionOf);
}

/** `generatesecret/keys` → its definition and name. @throws UsageError when it names no object. */
export function targetOf(text: string): Target {
  const [word = '', name = '', ...rest] = text.split('/');
  if (word === '' || name === '' || rest.length > 0) {
    throw new UsageError(`${text} names no object: write KIND/NAME, such as GenerateSecret/my-secret`);
  }
  return { definition: definitionOf(word), name };
}

/** Where the objects of a kind live. */
export function typeOf({ group, version, kind, names, scope }: AnyDefinition): ResourceType {
  return { group, version, kind, plural: names.plural, namespaced: scope !== 'Cluster' };
}

function namesOf({ kind, names }: AnyDefinition): string[] {
  return [kind.toLowerCase(), names.plural, names.singular, ...(names.shortNames ?? [])];
}
