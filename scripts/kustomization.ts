import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { Manifest } from '../src/framework/framework.ts';
import { type Replacement, replaced } from './replacements.ts';

/** An object as it is to be installed. */
export type Installed = Manifest & { readonly [field: string]: unknown };

type Image = { readonly name: string; readonly newName?: string; readonly newTag?: string };

type Kustomization = {
  readonly resources?: readonly string[];
  readonly labels?: readonly { readonly pairs: Readonly<Record<string, string>> }[];
  readonly images?: readonly Image[];
  readonly replacements?: readonly Replacement[];
};

const ROOT = join(import.meta.dirname, '../manifests');

/** The fields that are understood here; the rest is left to kustomize, and refused. */
const UNDERSTOOD = ['apiVersion', 'kind', 'resources', 'labels', 'images', 'replacements'];

/** The order in which objects can be made: first what others are in, or are of. */
const ORDER = ['Namespace', 'CustomResourceDefinition', 'ServiceAccount', 'ClusterRole', 'Role', 'ClusterRoleBinding'];

/** The objects of a file or a folder below `manifests`, as kustomize would print them, which not every machine has. */
export function objectsOf(path: string): Installed[] {
  const full = join(ROOT, path);
  if (!existsSync(full)) {
    throw new Error(`manifests/${path} does not exist`);
  }
  if (!statSync(full).isDirectory()) {
    return parseAllDocuments(readFileSync(full, 'utf8')).map((document) => document.toJS() as Installed);
  }
  const { resources = [], labels = [], images = [], replacements = [] } = kustomizationIn(path);
  const objects = resources.flatMap((each) => objectsOf(join(path, each)));
  const pairs = Object.assign({}, ...labels.map((each) => each.pairs)) as Record<string, string>;
  return replaced(
    objects.map((object) => withImages(labelled(object, pairs), images)),
    replacements,
  );
}

/** The same objects in an order in which they can be made one by one. */
export function inOrder(objects: readonly Installed[]): Installed[] {
  const rank = ({ kind }: Installed) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
  return objects.toSorted((one, other) => rank(one) - rank(other));
}

/** An object with further labels. */
export function labelled(object: Installed, pairs: Readonly<Record<string, string>>): Installed {
  if (Object.keys(pairs).length === 0) {
    return object;
  }
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...pairs } } };
}

function kustomizationIn(folder: string): Kustomization {
  const path = join(folder, 'kustomization.yaml');
  const content = parse(readFileSync(join(ROOT, path), 'utf8')) as Kustomization;
  const unknown = Object.keys(content).filter((field) => !UNDERSTOOD.includes(field));
  if (unknown.length > 0) {
    throw new Error(`manifests/${path} has ${unknown.join(', ')}, which only kustomize understands`);
  }
  return content;
}

type Pods = { readonly containers: readonly { readonly image: string }[] };
type Workload = Installed & { readonly spec: { readonly template: { readonly spec: Pods } } };

function withImages(object: Installed, images: readonly Image[]): Installed {
  if (object.kind !== 'Deployment' || images.length === 0) {
    return object;
  }
  const { spec } = object as Workload;
  const containers = spec.template.spec.containers.map((each) => ({ ...each, image: imageFor(each.image, images) }));
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } } };
}

function imageFor(image: string, images: readonly Image[]): string {
  const [name = '', tag] = image.split(':');
  const { newName = name, newTag = tag } = images.find((each) => each.name === name) ?? {};
  return newTag === undefined ? newName : `${newName}:${newTag}`;
}
