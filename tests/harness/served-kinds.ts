import type { ResourceType } from '../../src/framework/api/discovery.ts';
import type { Testenv } from '../../testenv/src/testenv.ts';

/** All kinds of all groups in one answer, for all versions of the API server that we know. */
const WHOLE_DISCOVERY = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');

type ServedGroups = {
  readonly items?: readonly {
    readonly metadata: { readonly name?: string };
    /** The preferred one first. */
    readonly versions: readonly { readonly version: string; readonly resources?: readonly ServedResource[] }[];
  }[];
};

type ServedResource = {
  readonly resource: string;
  readonly responseKind?: { readonly kind: string };
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singularResource: string;
  readonly shortNames?: readonly string[];
};

/** The kinds that a control plane serves, learnt from it when one is first asked for. */
export class ServedKinds {
  readonly #testenv: Pick<Testenv, 'request'>;
  #byName: ReadonlyMap<string, ResourceType> = new Map();

  constructor(testenv: Pick<Testenv, 'request'>) {
    this.#testenv = testenv;
  }

  /**
   * A kind by any name that kubectl takes: `ingress`, `ingresses`, `Ingress`, `ing`, `ingresses.networking.k8s.io`. Where
   * two groups have one of a name, it is the core group's, or that of the group which the server names first.
   * @throws Error when the server serves none.
   */
  async find(name: string): Promise<ResourceType> {
    const key = name.toLowerCase();
    if (!this.#byName.has(key)) {
      this.#byName = await this.#learn(); // a CRD may have come since
    }
    const type = this.#byName.get(key);
    if (!type) {
      throw new Error(`the API server serves no kind ${name}: is its CRD installed, and is this one of its names?`);
    }
    return type;
  }

  async #learn(): Promise<ReadonlyMap<string, ResourceType>> {
    const byName = new Map<string, ResourceType>();
    for (const path of ['/api', '/apis']) {
      const { status, body } = await this.#testenv.request({ path, accept: WHOLE_DISCOVERY });
      if (status !== 200) {
        throw new Error(`the API server does not tell what it serves: ${JSON.stringify(body)}`);
      }
      for (const [name, type] of namedTypes(body as ServedGroups)) {
        byName.set(name, byName.get(name) ?? type);
      }
    }
    return byName;
  }
}

function namedTypes({ items = [] }: ServedGroups): (readonly [name: string, type: ResourceType])[] {
  return items.flatMap(({ metadata: { name: group = '' }, versions }) =>
    versions.flatMap(({ version, resources = [] }) =>
      resources.flatMap(({ resource: plural, responseKind, scope, singularResource, shortNames = [] }) => {
        const kind = responseKind?.kind ?? singularResource;
        const type = { group, version, kind, plural, namespaced: scope === 'Namespaced' };
        const names = [plural, singularResource, kind.toLowerCase(), ...shortNames, `${plural}.${group}`];
        return names.map((name) => [name, type] as const);
      }),
    ),
  );
}
