/** The framework's face: everything an author of a kind, or of an operator, imports. */
import * as core from './schema/generated/core.ts';

export { Reviewer } from './admission/review.ts';
export { trustRules } from './admission/trust.ts';
export type { WebhookOptions } from './admission/webhook.ts';
export { createWebhookConfigurations } from './admission/webhook-manifests.ts';
export type { WriteResult } from './api/apply.ts';
export { digestOf } from './api/digest.ts';
export { collectionPath, Discovery, objectPath, type ResourceType } from './api/discovery.ts';
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
export { describeConflicts } from './api/field-conflict.ts';
export { type FieldChange, fieldChanges } from './api/field-diff.ts';
export {
  ANNOTATION_DOMAIN,
  COMPONENT_LABEL,
  FIELD_MANAGER,
  KEPT_FOR_ANNOTATION,
  MANAGED_BY_LABEL,
  OWNER_LABEL,
  RECONCILE_ANNOTATION,
  ROTATE_ANNOTATION,
  SUSPEND_ANNOTATION,
} from './api/field-manager.ts';
export { type WatchEvent, watchEvents } from './api/list-watch.ts';
export {
  describeRef,
  type KubeObject,
  keyFor,
  keyOf,
  type Manifest,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
  refIn,
  refOf,
  splitApiVersion,
} from './api/object.ts';
export { OwnershipError } from './api/ownership.ts';
export type { PlannedWrite } from './api/plan-gateway.ts';
export { type ApiRequest, Transport } from './api/transport.ts';
export type { Freshness } from './cache/informer.ts';
export { type FieldProjection, projectionOf } from './cache/projection.ts';
export { type Cause, describeCause } from './cause.ts';
export { deepEqual } from './compare.ts';
export type { Component, ComponentKind, ComponentReport, ComponentStatus } from './components/component.ts';
export { firstTrouble, type Readiness, readinessOf } from './components/readiness/readiness.ts';
export { rolloutOrder } from './components/rollout-order.ts';
export type { Condition, ConditionInput, Conditions } from './conditions/conditions.ts';
export { FINALIZER } from './controller/controller.ts';
export { isSuspended, SUSPENDED } from './controller/suspension.ts';
export { RELEASE_ANNOTATION } from './controller/troubles.ts';
export { CustomResource, type CustomResourceOptions } from './custom-resource.ts';
export { type AnyDefinition, type CustomResourceDefinition, createCustomResourceDefinition } from './definition.ts';
export type { Explanation } from './host/explain.ts';
export { OperatorHost, type OperatorHostOptions } from './host/operator-host.ts';
export { type PlannedObject, type PlanOptions, planObjects } from './host/plan.ts';
export { type KubeConfigChoice, loadKubeConfig, runOperator } from './host/run.ts';
export type { EventInput } from './observe/events.ts';
export { createLogger, type Logger, type LoggerOptions } from './observe/logger.ts';
export { InvalidSpecError, NotReadyError } from './outcome.ts';
export { ClusterIdentity } from './resources/cluster-identity.ts';
export { Resource, type WellKnownStatus } from './resources/resource.ts';
export { ResourceReference } from './resources/resource-reference.ts';
export { type MetadataOnly, ResourceService } from './resources/resource-service.ts';
export { type Rotation, rotationOf } from './resources/rotation.ts';
export type { SecretBytes, SecretContent, SecretData } from './resources/secret-content.ts';
export { type SecretReference, SecretResource, SecretService } from './resources/secret-service.ts';
export { type PlanNotes, Services } from './resources/services.ts';
export type { RightsDeclaration } from './rights/declaration.ts';
export {
  type ClusterRole,
  clusterRoleOf,
  dividedRights,
  type RoleSection,
  sectionsOf,
  type UserRole,
  userRolesOf,
} from './rights/roles.ts';
export type { ExplainedRule } from './rights/rule.ts';
export { certificateRules, leaseRules, pluralOf } from './rights/rules.ts';
export { breakingChanges } from './schema/breaking-changes.ts';
export { checkedByOperator } from './schema/checked.ts';
export type { PrinterColumn } from './schema/columns.ts';
export { type CrdManifest, createCrdManifest, type WebhookClientConfig } from './schema/crd.ts';
export { duration, parseDuration } from './schema/duration.ts';
export {
  atMostOneOf,
  celField,
  exactlyOneOf,
  immutable,
  intOrString,
  listMap,
  rule,
  rulesIn,
  type ValidationRule,
} from './schema/fields.ts';
export { type OlderVersion, olderVersion } from './schema/older-version.ts';
export type { JsonSchema } from './schema/openapi-schema.ts';
export type { Parsed } from './schema/parse.ts';
export { amountOf, type Quantity, quantity } from './schema/quantity.ts';
export { componentsStatus } from './schema/status.ts';
export type { SubresourceResult } from './subresource.ts';

/** Kubernetes' own types as Zod schemas, each made by a function: `core.affinity()`, `core.resourceRequirements()`. */
export { core };
