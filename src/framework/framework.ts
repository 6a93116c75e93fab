/** The framework's face: everything an author of a kind, or of an operator, imports. */
export type { WriteResult } from './api/apply.ts';
export {
  ApiError,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  messageOf,
  TransportError,
} from './api/errors.ts';
export {
  ANNOTATION_DOMAIN,
  COMPONENT_LABEL,
  FIELD_MANAGER,
  MANAGED_BY_LABEL,
  OWNER_LABEL,
  ROTATE_ANNOTATION,
} from './api/field-manager.ts';
export {
  describeRef,
  type KubeObject,
  keyFor,
  type Manifest,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
} from './api/object.ts';
export { OwnershipError } from './api/ownership.ts';
export { deepEqual } from './compare.ts';
export type { Component, ComponentKind, ComponentReport, ComponentStatus } from './components/component.ts';
export { firstTrouble, type Readiness, readinessOf } from './components/readiness/readiness.ts';
export { rolloutOrder } from './components/rollout-order.ts';
export type { Condition, ConditionInput, Conditions } from './conditions/conditions.ts';
export { FINALIZER, RELEASE_ANNOTATION } from './controller/controller.ts';
export { CustomResource, type CustomResourceOptions } from './custom-resource.ts';
export { type AnyDefinition, type CustomResourceDefinition, createCustomResourceDefinition } from './definition.ts';
export { OperatorHost, type OperatorHostOptions } from './host/operator-host.ts';
export { loadKubeConfig, runOperator } from './host/run.ts';
export type { EventInput } from './observe/events.ts';
export { createLogger, type Logger, type LoggerOptions } from './observe/logger.ts';
export { InvalidSpecError, NotReadyError } from './outcome.ts';
export { ClusterIdentity } from './resources/cluster-identity.ts';
export { Resource, type WellKnownStatus } from './resources/resource.ts';
export { ResourceReference } from './resources/resource-reference.ts';
export { ResourceService } from './resources/resource-service.ts';
export { type Rotation, rotationOf } from './resources/rotation.ts';
export type { SecretBytes, SecretContent, SecretData } from './resources/secret-content.ts';
export { type SecretReference, SecretResource, SecretService } from './resources/secret-service.ts';
export { Services } from './resources/services.ts';
export { createCrdManifest, type PrinterColumn } from './schema/crd.ts';
export { atMostOneOf, exactlyOneOf, immutable, intOrString, listMap, rule } from './schema/fields.ts';
export type { Parsed } from './schema/parse.ts';
export { componentsStatus } from './schema/status.ts';
export type { SubresourceResult } from './subresource.ts';
