import { APPLIED_ANNOTATION, withManager } from './field-manager.ts';
import type { Manifest } from './object.ts';

/** A manifest with the label that says who manages its object. */
export function labelled<T extends Manifest>(manifest: T): T {
  return { ...manifest, metadata: { ...manifest.metadata, labels: withManager(manifest.metadata.labels) } };
}

/** A manifest as it is applied: labelled, and with the digest by which a restart knows it again. */
export function marked(manifest: Manifest, digest: string): Manifest {
  const { metadata, ...rest } = labelled(manifest);
  const annotations = { ...metadata.annotations, [APPLIED_ANNOTATION]: digest };
  return { ...rest, metadata: { ...metadata, annotations } };
}

/** The part of a manifest that has owners: identity has none. */
export function contentOf(manifest: Manifest): unknown {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...content } = manifest;
  const { name: _name, namespace: _namespace, ...ownedMetadata } = metadata;
  return { ...content, metadata: ownedMetadata };
}
