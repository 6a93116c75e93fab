type CreateDeploymentManifestOptions = {
name: string;
namespace: string;
ref: any; // Owner reference
spec: {
hostname: string;
port: number;
replicas: number;
};
};
const createDeploymentManifest = (
options: CreateDeploymentManifestOptions,
) => ({
apiVersion: "apps/v1",
kind: "Deployment",
metadata: {
name: options.name,
namespace: options.namespace,
ownerReferences: [options.ref],
},
spec: {
replicas: options.spec.replicas,
selector: {
matchLabels: {
app: options.name,
},
},
template: {
metadata: {
labels: {
app: options.name,
},
},
spec: {
containers: [
{
name: options.name,
image: "nginx:latest",
ports: [
{
containerPort: options.spec.port,
},
],
env: [
{
name: "HOSTNAME",
value: options.spec.hostname,
},
],
},
],
},
},
},
});
type CreateServiceManifestOptions = {
name: string;
namespace: string;
ref: any;
spec: {
port: number;
};
};
const createServiceManifest = (options: CreateServiceManifestOptions) => ({
apiVersion: "v1",
kind: "Service",
metadata: {
name: options.name,
namespace: options.namespace,
ownerReferences: [options.ref],
},
spec: {
selector: {
app: options.name,
},
ports: [
{
port: 80,
targetPort: options.spec.port,
},
],
},
});
export { createDeploymentManifest, createServiceManifest };
