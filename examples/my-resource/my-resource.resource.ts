import type { KubernetesObject } from "@kubernetes/client-node";
import { deepEqual } from "../../src/framework/framework.ts";
import {
CustomResource,
type CustomResourceOptions,
type SubresourceResult,
} from "../../src/framework/framework.ts";
import {
ResourceReference,
ResourceService,
} from "../../src/framework/framework.ts";
import type { myResourceSpecSchema } from "./my-resource.schemas.ts";
import {
createDeploymentManifest,
createServiceManifest,
} from "./my-resource.create-manifests.ts";
class MyResourceResource extends CustomResource<typeof myResourceSpecSchema> {
#deploymentResource = new ResourceReference();
#serviceResource = new ResourceReference();
constructor(options: CustomResourceOptions<typeof myResourceSpecSchema>) {
super(options);
const resourceService = this.services.get(ResourceService);
// Initialize resource references
this.#deploymentResource.current = resourceService.get({
apiVersion: "apps/v1",
kind: "Deployment",
name: this.name,
namespace: this.namespace,
});
this.#serviceResource.current = resourceService.get({
apiVersion: "v1",
kind: "Service",
name: this.name,
namespace: this.namespace,
});
// Set up event handlers for reconciliation
this.#deploymentResource.on("changed", this.queueReconcile);
this.#serviceResource.on("changed", this.queueReconcile);
}
#reconcileDeployment = async (): Promise<SubresourceResult> => {
const manifest = createDeploymentManifest({
name: this.name,
namespace: this.namespace,
ref: this.ref,
spec: this.spec,
});
if (!this.#deploymentResource.current?.exists) {
await this.#deploymentResource.current?.patch(manifest);
return {
ready: false,
syncing: true,
reason: "Creating",
message: "Creating deployment",
};
}
if (!deepEqual(this.#deploymentResource.current.spec, manifest.spec)) {
await this.#deploymentResource.current.patch(manifest);
return {
ready: false,
syncing: true,
reason: "Updating",
message: "Deployment needs updates",
};
}
// Check if deployment is ready
const deployment = this.#deploymentResource.current;
const isReady =
deployment.status?.readyReplicas === deployment.status?.replicas;
return {
ready: isReady,
reason: isReady ? "Ready" : "Pending",
message: isReady ? "Deployment is ready" : "Waiting for pods to be ready",
};
};
#reconcileService = async (): Promise<SubresourceResult> => {
const manifest = createServiceManifest({
name: this.name,
namespace: this.namespace,
ref: this.ref,
spec: this.spec,
});
if (!deepEqual(this.#serviceResource.current?.spec, manifest.spec)) {
await this.#serviceResource.current?.patch(manifest);
return {
ready: false,
syncing: true,
reason: "Updating",
message: "Service needs updates",
};
}
return { ready: true };
};
public reconcile = async () => {
if (!this.exists || this.metadata.deletionTimestamp) {
return;
}
// Reconcile subresources
await this.reconcileSubresource("Deployment", this.#reconcileDeployment);
await this.reconcileSubresource("Service", this.#reconcileService);
// Update overall ready condition
const deploymentReady =
this.conditions.get("Deployment")?.status === "True";
const serviceReady = this.conditions.get("Service")?.status === "True";
await this.conditions.set("Ready", {
status: deploymentReady && serviceReady ? "True" : "False",
reason: deploymentReady && serviceReady ? "Ready" : "Pending",
message: deploymentReady && serviceReady
? "All resources are ready"
: "Waiting for resources to be ready",
});
};
}
export { MyResourceResource };
