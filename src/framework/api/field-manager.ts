/** The name under which the API server records which fields are ours. */
export const FIELD_MANAGER = 'hearth';

/** The domain of the framework's own labels, annotations and finalizers. `.internal` is reserved for private use. */
export const ANNOTATION_DOMAIN = 'hearth.internal';

/** On objects we apply: a digest of what we last applied, so that a restart knows without writing. */
export const APPLIED_ANNOTATION = `${ANNOTATION_DOMAIN}/applied`;

/** On Secrets: names the object they were made for, which they may outlive. */
export const KEPT_FOR_ANNOTATION = `${ANNOTATION_DOMAIN}/kept-for`;

/** On objects we apply: lets people and tools find what we made. */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';

/** On objects of a component: its name. By this label they are listed and watched. */
export const COMPONENT_LABEL = `${ANNOTATION_DOMAIN}/component`;

/** On objects of a component: the UID of the object whose component it is. */
export const OWNER_LABEL = `${ANNOTATION_DOMAIN}/owner`;

/** On an object that generates values: whenever its value changes, they are generated anew. */
export const ROTATE_ANNOTATION = `${ANNOTATION_DOMAIN}/rotate`;

/** On an object of ours: whenever its value changes, a run is asked for; the status says which value was last answered. */
export const RECONCILE_ANNOTATION = `${ANNOTATION_DOMAIN}/reconcile-requested-at`;

/** On an object of ours: while it is `true`, nothing is written for the object but its status. */
export const SUSPEND_ANNOTATION = `${ANNOTATION_DOMAIN}/suspend`;

/** Labels with the one that says who manages the object, unless they say so already. */
export function withManager(labels: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { [MANAGED_BY_LABEL]: FIELD_MANAGER, ...labels };
}
