import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crdOf } from '../../src/cli/crds.ts';
import { type AnyDefinition, type CrdManifest, messageOf } from '../../src/framework/framework.ts';
import { startTestenv, type Testenv, type TestenvOptions } from '../../testenv/src/testenv.ts';

const MANIFESTS = join(import.meta.dirname, '../../manifests');

/**
 * Starts a control plane and installs Hearth into it as a user would. The CRDs go in before the controllers start: the
 * garbage collector learns of later ones half a minute later. Nobody converts: what asks for an older version of a kind
 * has to bring the webhook.
 */
export async function startWithHearth(
  definitions: readonly AnyDefinition[],
  options: TestenvOptions = {},
): Promise<Testenv> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-crds-'));
  try {
    const crds = definitions.map(crdOf);
    await Promise.all(crds.map((crd) => writeFile(join(folder, `${crd.metadata.name}.yaml`), JSON.stringify(crd))));
    const testenv = await startTestenv({ ...options, crdDirs: [folder] }).catch((error: unknown) => {
      throw withKind(error, crds);
    });
    await install(testenv, folder).catch(async (error: unknown) => {
      await testenv.stop();
      throw withKind(error, crds);
    });
    return testenv;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Of a CRD that the API server calls invalid, as when it does not understand a rule: whose it is, and what is wrong. */
function withKind(error: unknown, crds: readonly CrdManifest[]): unknown {
  const text = messageOf(error);
  const crd = crds.find(({ metadata }) => text.includes(`"${metadata.name}" is invalid`));
  if (!crd) {
    return error;
  }
  const { metadata, spec } = crd;
  const what = `the API server refuses the CRD of ${spec.names.kind} (manifests/crds/${metadata.name}.yaml)`;
  return new Error(`${what}: mend the schema of the kind, and generate again:\n${serverWords(text)}`);
}

/** What the server says of a CRD, without the rules that it repeats, each problem in lines of its own. */
function serverWords(text: string): string {
  const [, words = text] = / is invalid: \[?(.*)/s.exec(text) ?? [];
  return words
    .replaceAll(/Invalid value: \{"Rule":.*?\}: /g, '')
    .replaceAll(/(^|, )spec\.validation\.openAPIV3Schema\./g, '\n')
    .trim();
}

async function install(testenv: Testenv, crds: string): Promise<void> {
  // A cluster that was there before has not got the CRDs of the folder.
  for (const args of [
    ['apply', '--server-side', '-f', crds],
    ['apply', '-k', MANIFESTS],
  ]) {
    const { code, stderr } = await testenv.kubectl(args);
    if (code !== 0) {
      throw new Error(`kubectl ${args.join(' ')} failed: ${stderr}`);
    }
  }
}
