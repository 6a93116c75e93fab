import { isDeepStrictEqual } from 'node:util';
import {
  type AnyDefinition,
  type CrdManifest,
  Discovery,
  isNotFound,
  messageOf,
  type Transport,
} from '../../framework/framework.ts';
import { crdOf } from '../crds.ts';
import { type Finding, fine, unknown, wrong } from './finding.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Whether the CRDs are there and say what this Hearth says. */
export async function checkCrds(transport: Transport, definitions: readonly AnyDefinition[]): Promise<Finding[]> {
  return await Promise.all(definitions.map((definition) => checkCrd(transport, definition)));
}

async function checkCrd(transport: Transport, definition: AnyDefinition): Promise<Finding> {
  const ours = crdOf(definition);
  const { name } = ours.metadata;
  const about = { check: 'crd', subject: name, kinds: [definition.kind] };
  try {
    const live = await transport.request<CrdManifest>({ path: `${CRDS}/${name}` });
    const isSame = ours.spec.versions.every((version) => {
      const served = live.spec.versions.find((each) => each.name === version.name);
      return isDeepStrictEqual(served?.schema, JSON.parse(JSON.stringify(version.schema)));
    });
    return isSame ? fine(about) : wrong(about, 'is of another version of Hearth: apply manifests/crds of this one');
  } catch (error) {
    return isNotFound(error)
      ? wrong(about, 'is not installed: apply manifests/crds')
      : unknown(about, `could not be read: ${messageOf(error)}`);
  }
}

/** Whether the kinds that ours consist of are served; some are of others, and may be missing. */
export async function checkApis(transport: Transport, definitions: readonly AnyDefinition[]): Promise<Finding[]> {
  const discovery = new Discovery(transport);
  const uses = definitions.flatMap(({ kind: user, components = [] }) =>
    components.flatMap(({ name, kinds }) => kinds.map(({ apiVersion, kind }) => ({ apiVersion, kind, user, name }))),
  );
  const byApi = Map.groupBy(uses, ({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  return await Promise.all(
    [...byApi].map(async ([subject, [first, ...more]]) => {
      const users = [first, ...more].flatMap((use) => use ?? []);
      const about = { check: 'api', subject, kinds: [...new Set(users.map(({ user }) => user))] };
      const parts = [...new Set(users.map(({ name }) => name))].join(', ');
      try {
        await discovery.resolve(users[0] ?? { apiVersion: '', kind: '' });
        return fine(about);
      } catch {
        return wrong(about, `is not served, so these components wait: ${parts}`);
      }
    }),
  );
}
