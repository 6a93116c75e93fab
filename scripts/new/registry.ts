/** The list of kinds with one more in it, its import included. @throws Error when the list is not where it was. */
export function withKind(
  registry: string,
  { kebab, variable }: { readonly kebab: string; readonly variable: string },
): string {
  const definition = `${variable}Definition`;
  const list = registry.lastIndexOf('];');
  if (list < 0) {
    throw new Error('src/resources/resources.ts has no list of definitions');
  }
  const listed = `${registry.slice(0, list)}  ${definition},\n${registry.slice(list)}`;
  const afterImports = listed.lastIndexOf('\nimport ') + 1;
  const lineEnd = listed.indexOf('\n', afterImports) + 1;
  return `${listed.slice(0, lineEnd)}import { ${definition} } from './${kebab}/${kebab}.ts';\n${listed.slice(lineEnd)}`;
}
