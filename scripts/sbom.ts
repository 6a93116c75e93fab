// Writes what the bundle is made of: dist/sbom.cdx.json (CycloneDX) has every package that Hearth depends on, and
// dist/licenses.txt those of which something is in the bundle, with their licences.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.ts';

type Component = { readonly name: string; readonly 'bom-ref': string };
type Dependency = { readonly ref: string; readonly dependsOn?: readonly string[] };
type Sbom = {
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly Dependency[];
};
const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

/** Of all that npm tells, which leaves too much out when it is told to omit what is for development. */
function sbom(): Sbom {
  const text = execFileSync(
    'npm',
    ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'],
    {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  // The number and the time are new on every call, and the name is that of the folder.
  const { serialNumber: _, ...found } = JSON.parse(text) as Sbom;
  const { timestamp: __, component, ...metadata } = found.metadata;
  const shipped = reachable(found);
  const components = found.components.filter((each) => shipped.has(each['bom-ref']));
  const refs = new Set([component['bom-ref'], ...shipped]);
  const dependencies = found.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  return { ...found, metadata: { ...metadata, component: { ...component, name: 'hearth' } }, components, dependencies };
}

/** What the dependencies of package.json need, directly and through others. */
function reachable({ dependencies }: Sbom): Set<string> {
  const { dependencies: direct } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const needs = new Map(dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
  const found = new Set<string>();
  const waiting = Object.entries(direct).map(([name, version]) => `${name}@${version}`); // versions are exact
  for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
    if (!found.has(ref)) {
      found.add(ref);
      waiting.push(...(needs.get(ref) ?? []));
    }
  }
  return found;
}

/** The folders of the packages that files of the bundle come from. */
function packagesIn(inputs: readonly string[]): string[] {
  const folders = inputs.flatMap((input) => input.match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

async function licenses(): Promise<string[]> {
  const work = mkdtempSync(join(tmpdir(), 'hearth-sbom-'));
  try {
    const outfile = join(work, 'hearth.mjs');
    const { inputs } = await bundle({ entry: join(ROOT, 'src/operator.ts'), outfile });
    const lines = packagesIn(inputs).map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
      return `${name} ${version} ${license ?? 'UNKNOWN'}`;
    });
    return lines.sort();
  } finally {
    rmSync(work, { recursive: true });
  }
}

const found = await licenses();
const inventory = sbom();
mkdirSync(DIST, { recursive: true });
writeFileSync(join(DIST, 'licenses.txt'), `${found.join('\n')}\n`);
writeFileSync(join(DIST, 'sbom.cdx.json'), `${JSON.stringify(inventory, undefined, 2)}\n`);
console.log(`dist: ${inventory.components.length} packages in sbom.cdx.json, ${found.length} in the bundle`);
