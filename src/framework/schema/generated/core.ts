// Generated from the OpenAPI document of Kubernetes 1.36 by `npm run kubernetes-types`: do not edit.
import { z } from 'zod';
import { intOrString, listMap } from '../fields.ts';
import { quantity } from '../quantity.ts';

/** What a template may say of the objects that are made from it. */
function templateMetadata() {
  const words = () => z.record(z.string(), z.string()).optional();
  return z.object({ name: z.string().optional(), labels: words(), annotations: words() });
}

/** `Affinity` of `core.v1`. */
export function affinity() {
  return z.object({
    nodeAffinity: nodeAffinity().optional(),
    podAffinity: podAffinity().optional(),
    podAntiAffinity: podAntiAffinity().optional(),
  });
}

export type Affinity = z.output<ReturnType<typeof affinity>>;

/** `AppArmorProfile` of `core.v1`. */
export function appArmorProfile() {
  return z.object({
    localhostProfile: z.string().optional(),
    type: z.enum(["Localhost","RuntimeDefault","Unconfined"]),
  });
}

export type AppArmorProfile = z.output<ReturnType<typeof appArmorProfile>>;

/** `AWSElasticBlockStoreVolumeSource` of `core.v1`. */
export function awsElasticBlockStoreVolumeSource() {
  return z.object({
    fsType: z.string().optional(),
    partition: z.int32().optional(),
    readOnly: z.boolean().optional(),
    volumeID: z.string(),
  });
}

export type AWSElasticBlockStoreVolumeSource = z.output<ReturnType<typeof awsElasticBlockStoreVolumeSource>>;

/** `AzureDiskVolumeSource` of `core.v1`. */
export function azureDiskVolumeSource() {
  return z.object({
    cachingMode: z.enum(["None","ReadOnly","ReadWrite"]).optional(),
    diskName: z.string(),
    diskURI: z.string(),
    fsType: z.string().optional(),
    kind: z.enum(["Dedicated","Managed","Shared"]).optional(),
    readOnly: z.boolean().optional(),
  });
}

export type AzureDiskVolumeSource = z.output<ReturnType<typeof azureDiskVolumeSource>>;

/** `AzureFileVolumeSource` of `core.v1`. */
export function azureFileVolumeSource() {
  return z.object({
    readOnly: z.boolean().optional(),
    secretName: z.string(),
    shareName: z.string(),
  });
}

export type AzureFileVolumeSource = z.output<ReturnType<typeof azureFileVolumeSource>>;

/** `Capabilities` of `core.v1`. */
export function capabilities() {
  return z.object({
    add: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    drop: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  });
}

export type Capabilities = z.output<ReturnType<typeof capabilities>>;

/** `CephFSVolumeSource` of `core.v1`. */
export function cephFSVolumeSource() {
  return z.object({
    monitors: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }),
    path: z.string().optional(),
    readOnly: z.boolean().optional(),
    secretFile: z.string().optional(),
    secretRef: localObjectReference().optional(),
    user: z.string().optional(),
  });
}

export type CephFSVolumeSource = z.output<ReturnType<typeof cephFSVolumeSource>>;

/** `CinderVolumeSource` of `core.v1`. */
export function cinderVolumeSource() {
  return z.object({
    fsType: z.string().optional(),
    readOnly: z.boolean().optional(),
    secretRef: localObjectReference().optional(),
    volumeID: z.string(),
  });
}

export type CinderVolumeSource = z.output<ReturnType<typeof cinderVolumeSource>>;

/** `ClientIPConfig` of `core.v1`. */
export function clientIPConfig() {
  return z.object({
    timeoutSeconds: z.int32().optional(),
  });
}

export type ClientIPConfig = z.output<ReturnType<typeof clientIPConfig>>;

/** `ClusterTrustBundleProjection` of `core.v1`. */
export function clusterTrustBundleProjection() {
  return z.object({
    labelSelector: labelSelector().optional(),
    name: z.string().optional(),
    optional: z.boolean().optional(),
    path: z.string(),
    signerName: z.string().optional(),
  });
}

export type ClusterTrustBundleProjection = z.output<ReturnType<typeof clusterTrustBundleProjection>>;

/** `ConfigMapEnvSource` of `core.v1`. */
export function configMapEnvSource() {
  return z.object({
    name: z.string().optional(),
    optional: z.boolean().optional(),
  });
}

export type ConfigMapEnvSource = z.output<ReturnType<typeof configMapEnvSource>>;

/** `ConfigMapKeySelector` of `core.v1`. */
export function configMapKeySelector() {
  return z.object({
    key: z.string(),
    name: z.string().optional(),
    optional: z.boolean().optional(),
  }).meta({ 'x-kubernetes-map-type': 'atomic' });
}

export type ConfigMapKeySelector = z.output<ReturnType<typeof configMapKeySelector>>;

/** `ConfigMapProjection` of `core.v1`. */
export function configMapProjection() {
  return z.object({
    items: z.array(keyToPath()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    name: z.string().optional(),
    optional: z.boolean().optional(),
  });
}

export type ConfigMapProjection = z.output<ReturnType<typeof configMapProjection>>;

/** `ConfigMapVolumeSource` of `core.v1`. */
export function configMapVolumeSource() {
  return z.object({
    defaultMode: z.int32().optional(),
    items: z.array(keyToPath()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    name: z.string().optional(),
    optional: z.boolean().optional(),
  });
}

export type ConfigMapVolumeSource = z.output<ReturnType<typeof configMapVolumeSource>>;

/** `Container` of `core.v1`. */
export function container() {
  return z.object({
    args: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    command: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    env: listMap(z.array(envVar()), ["name"]).optional(),
    envFrom: z.array(envFromSource()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    image: z.string().optional(),
    imagePullPolicy: z.enum(["Always","IfNotPresent","Never"]).optional(),
    lifecycle: lifecycle().optional(),
    livenessProbe: probe().optional(),
    name: z.string(),
    ports: listMap(z.array(containerPort()), ["containerPort","protocol"]).optional(),
    readinessProbe: probe().optional(),
    resizePolicy: z.array(containerResizePolicy()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    resources: resourceRequirements().optional(),
    restartPolicy: z.string().optional(),
    restartPolicyRules: z.array(containerRestartRule()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    securityContext: securityContext().optional(),
    startupProbe: probe().optional(),
    stdin: z.boolean().optional(),
    stdinOnce: z.boolean().optional(),
    terminationMessagePath: z.string().optional(),
    terminationMessagePolicy: z.enum(["FallbackToLogsOnError","File"]).optional(),
    tty: z.boolean().optional(),
    volumeDevices: listMap(z.array(volumeDevice()), ["devicePath"]).optional(),
    volumeMounts: listMap(z.array(volumeMount()), ["mountPath"]).optional(),
    workingDir: z.string().optional(),
  });
}

export type Container = z.output<ReturnType<typeof container>>;

/** `ContainerPort` of `core.v1`. */
export function containerPort() {
  return z.object({
    containerPort: z.int32(),
    hostIP: z.string().optional(),
    hostPort: z.int32().optional(),
    name: z.string().optional(),
    protocol: z.enum(["SCTP","TCP","UDP"]).default("TCP"),
  });
}

export type ContainerPort = z.output<ReturnType<typeof containerPort>>;

/** `ContainerResizePolicy` of `core.v1`. */
export function containerResizePolicy() {
  return z.object({
    resourceName: z.string(),
    restartPolicy: z.string(),
  });
}

export type ContainerResizePolicy = z.output<ReturnType<typeof containerResizePolicy>>;

/** `ContainerRestartRule` of `core.v1`. */
export function containerRestartRule() {
  return z.object({
    action: z.string(),
    exitCodes: containerRestartRuleOnExitCodes().optional(),
  });
}

export type ContainerRestartRule = z.output<ReturnType<typeof containerRestartRule>>;

/** `ContainerRestartRuleOnExitCodes` of `core.v1`. */
export function containerRestartRuleOnExitCodes() {
  return z.object({
    operator: z.string(),
    values: z.array(z.int32()).meta({ 'x-kubernetes-list-type': 'set' }).optional(),
  });
}

export type ContainerRestartRuleOnExitCodes = z.output<ReturnType<typeof containerRestartRuleOnExitCodes>>;

/** `CSIVolumeSource` of `core.v1`. */
export function csiVolumeSource() {
  return z.object({
    driver: z.string(),
    fsType: z.string().optional(),
    nodePublishSecretRef: localObjectReference().optional(),
    readOnly: z.boolean().optional(),
    volumeAttributes: z.record(z.string(), z.string()).optional(),
  });
}

export type CSIVolumeSource = z.output<ReturnType<typeof csiVolumeSource>>;

/** `DownwardAPIProjection` of `core.v1`. */
export function downwardAPIProjection() {
  return z.object({
    items: z.array(downwardAPIVolumeFile()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  });
}

export type DownwardAPIProjection = z.output<ReturnType<typeof downwardAPIProjection>>;

/** `DownwardAPIVolumeFile` of `core.v1`. */
export function downwardAPIVolumeFile() {
  return z.object({
    fieldRef: objectFieldSelector().optional(),
    mode: z.int32().optional(),
    path: z.string(),
    resourceFieldRef: resourceFieldSelector().optional(),
  });
}

export type DownwardAPIVolumeFile = z.output<ReturnType<typeof downwardAPIVolumeFile>>;

/** `DownwardAPIVolumeSource` of `core.v1`. */
export function downwardAPIVolumeSource() {
  return z.object({
    defaultMode: z.int32().optional(),
    items: z.array(downwardAPIVolumeFile()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  });
}

export type DownwardAPIVolumeSource = z.output<ReturnType<typeof downwardAPIVolumeSource>>;

/** `EmptyDirVolumeSource` of `core.v1`. */
export function emptyDirVolumeSource() {
  return z.object({
    medium: z.string().optional(),
    sizeLimit: quantity().optional(),
  });
}

export type EmptyDirVolumeSource = z.output<ReturnType<typeof emptyDirVolumeSource>>;

/** `EnvFromSource` of `core.v1`. */
export function envFromSource() {
  return z.object({
    configMapRef: configMapEnvSource().optional(),
    prefix: z.string().optional(),
    secretRef: secretEnvSource().optional(),
  });
}

export type EnvFromSource = z.output<ReturnType<typeof envFromSource>>;

/** `EnvVar` of `core.v1`. */
export function envVar() {
  return z.object({
    name: z.string(),
    value: z.string().optional(),
    valueFrom: envVarSource().optional(),
  });
}

export type EnvVar = z.output<ReturnType<typeof envVar>>;

/** `EnvVarSource` of `core.v1`. */
export function envVarSource() {
  return z.object({
    configMapKeyRef: configMapKeySelector().optional(),
    fieldRef: objectFieldSelector().optional(),
    fileKeyRef: fileKeySelector().optional(),
    resourceFieldRef: resourceFieldSelector().optional(),
    secretKeyRef: secretKeySelector().optional(),
  });
}

export type EnvVarSource = z.output<ReturnType<typeof envVarSource>>;

/** `EphemeralContainer` of `core.v1`. */
export function ephemeralContainer() {
  return z.object({
    args: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    command: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    env: listMap(z.array(envVar()), ["name"]).optional(),
    envFrom: z.array(envFromSource()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    image: z.string().optional(),
    imagePullPolicy: z.enum(["Always","IfNotPresent","Never"]).optional(),
    lifecycle: lifecycle().optional(),
    livenessProbe: probe().optional(),
    name: z.string(),
    ports: listMap(z.array(containerPort()), ["containerPort","protocol"]).optional(),
    readinessProbe: probe().optional(),
    resizePolicy: z.array(containerResizePolicy()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    resources: resourceRequirements().optional(),
    restartPolicy: z.string().optional(),
    restartPolicyRules: z.array(containerRestartRule()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    securityContext: securityContext().optional(),
    startupProbe: probe().optional(),
    stdin: z.boolean().optional(),
    stdinOnce: z.boolean().optional(),
    targetContainerName: z.string().optional(),
    terminationMessagePath: z.string().optional(),
    terminationMessagePolicy: z.enum(["FallbackToLogsOnError","File"]).optional(),
    tty: z.boolean().optional(),
    volumeDevices: listMap(z.array(volumeDevice()), ["devicePath"]).optional(),
    volumeMounts: listMap(z.array(volumeMount()), ["mountPath"]).optional(),
    workingDir: z.string().optional(),
  });
}

export type EphemeralContainer = z.output<ReturnType<typeof ephemeralContainer>>;

/** `EphemeralVolumeSource` of `core.v1`. */
export function ephemeralVolumeSource() {
  return z.object({
    volumeClaimTemplate: persistentVolumeClaimTemplate().optional(),
  });
}

export type EphemeralVolumeSource = z.output<ReturnType<typeof ephemeralVolumeSource>>;

/** `ExecAction` of `core.v1`. */
export function execAction() {
  return z.object({
    command: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  });
}

export type ExecAction = z.output<ReturnType<typeof execAction>>;

/** `FCVolumeSource` of `core.v1`. */
export function fcVolumeSource() {
  return z.object({
    fsType: z.string().optional(),
    lun: z.int32().optional(),
    readOnly: z.boolean().optional(),
    targetWWNs: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    wwids: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  });
}

export type FCVolumeSource = z.output<ReturnType<typeof fcVolumeSource>>;

/** `FileKeySelector` of `core.v1`. */
export function fileKeySelector() {
  return z.object({
    key: z.string(),
    optional: z.boolean().optional(),
    path: z.string(),
    volumeName: z.string(),
  }).meta({ 'x-kubernetes-map-type': 'atomic' });
}

export type FileKeySelector = z.output<ReturnType<typeof fileKeySelector>>;

/** `FlexVolumeSource` of `core.v1`. */
export function flexVolumeSource() {
  return z.object({
    driver: z.string(),
    fsType: z.string().optional(),
    options: z.record(z.string(), z.string()).optional(),
    readOnly: z.boolean().optional(),
    secretRef: localObjectReference().optional(),
  });
}

export type FlexVolumeSource = z.output<ReturnType<typeof flexVolumeSource>>;

/** `FlockerVolumeSource` of `core.v1`. */
export function flockerVolumeSource() {
  return z.object({
    datasetName: z.string().optional(),
    datasetUUID: z.string().optional(),
  });
}

export type FlockerVolumeSource = z.output<ReturnType<typeof flockerVolumeSource>>;

/** `GCEPersistentDiskVolumeSource` of `core.v1`. */
export function gcePersistentDiskVolumeSource() {
  return z.object({
    fsType: z.string().optional(),
    partition: z.int32().optional(),
    pdName: z.string(),
    readOnly: z.boolean().optional(),
  });
}

export type GCEPersistentDiskVolumeSource = z.output<ReturnType<typeof gcePersistentDiskVolumeSource>>;

/** `GitRepoVolumeSource` of `core.v1`. */
export function gitRepoVolumeSource() {
  return z.object({
    directory: z.string().optional(),
    repository: z.string(),
    revision: z.string().optional(),
  });
}

export type GitRepoVolumeSource = z.output<ReturnType<typeof gitRepoVolumeSource>>;

/** `GlusterfsVolumeSource` of `core.v1`. */
export function glusterfsVolumeSource() {
  return z.object({
    endpoints: z.string(),
    path: z.string(),
    readOnly: z.boolean().optional(),
  });
}

export type GlusterfsVolumeSource = z.output<ReturnType<typeof glusterfsVolumeSource>>;

/** `GRPCAction` of `core.v1`. */
export function grpcAction() {
  return z.object({
    port: z.int32(),
    service: z.string().optional(),
  });
}

export type GRPCAction = z.output<ReturnType<typeof grpcAction>>;

/** `HostAlias` of `core.v1`. */
export function hostAlias() {
  return z.object({
    hostnames: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    ip: z.string(),
  });
}

export type HostAlias = z.output<ReturnType<typeof hostAlias>>;

/** `HostPathVolumeSource` of `core.v1`. */
export function hostPathVolumeSource() {
  return z.object({
    path: z.string(),
    type: z.enum(["","BlockDevice","CharDevice","Directory","DirectoryOrCreate","File","FileOrCreate","Socket"]).optional(),
  });
}

export type HostPathVolumeSource = z.output<ReturnType<typeof hostPathVolumeSource>>;

/** `HTTPGetAction` of `core.v1`. */
export function httpGetAction() {
  return z.object({
    host: z.string().optional(),
    httpHeaders: z.array(httpHeader()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    path: z.string().optional(),
    port: intOrString(),
    scheme: z.enum(["HTTP","HTTPS"]).optional(),
  });
}

export type HTTPGetAction = z.output<ReturnType<typeof httpGetAction>>;

/** `HTTPHeader` of `core.v1`. */
export function httpHeader() {
  return z.object({
    name: z.string(),
    value: z.string(),
  });
}

export type HTTPHeader = z.output<ReturnType<typeof httpHeader>>;

/** `ImageVolumeSource` of `core.v1`. */
export function imageVolumeSource() {
  return z.object({
    pullPolicy: z.enum(["Always","IfNotPresent","Never"]).optional(),
    reference: z.string().optional(),
  });
}

export type ImageVolumeSource = z.output<ReturnType<typeof imageVolumeSource>>;

/** `ISCSIVolumeSource` of `core.v1`. */
export function iscsiVolumeSource() {
  return z.object({
    chapAuthDiscovery: z.boolean().optional(),
    chapAuthSession: z.boolean().optional(),
    fsType: z.string().optional(),
    initiatorName: z.string().optional(),
    iqn: z.string(),
    iscsiInterface: z.string().optional(),
    lun: z.int32(),
    portals: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    readOnly: z.boolean().optional(),
    secretRef: localObjectReference().optional(),
    targetPortal: z.string(),
  });
}

export type ISCSIVolumeSource = z.output<ReturnType<typeof iscsiVolumeSource>>;

/** `KeyToPath` of `core.v1`. */
export function keyToPath() {
  return z.object({
    key: z.string(),
    mode: z.int32().optional(),
    path: z.string(),
  });
}

export type KeyToPath = z.output<ReturnType<typeof keyToPath>>;

/** `LabelSelector` of `meta.v1`. */
export function labelSelector() {
  return z.object({
    matchExpressions: z.array(labelSelectorRequirement()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    matchLabels: z.record(z.string(), z.string()).optional(),
  }).meta({ 'x-kubernetes-map-type': 'atomic' });
}

export type LabelSelector = z.output<ReturnType<typeof labelSelector>>;

/** `LabelSelectorRequirement` of `meta.v1`. */
export function labelSelectorRequirement() {
  return z.object({
    key: z.string(),
    operator: z.string(),
    values: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  });
}

export type LabelSelectorRequirement = z.output<ReturnType<typeof labelSelectorRequirement>>;

/** `Lifecycle` of `core.v1`. */
export function lifecycle() {
  return z.object({
    postStart: lifecycleHandler().optional(),
    preStop: lifecycleHandler().optional(),
    stopSignal: z.enum(["SIGABRT","SIGALRM","SIGBUS","SIGCHLD","SIGCLD","SIGCONT","SIGFPE","SIGHUP","SIGILL","SIGINT","SIGIO","SIGIOT","SIGKILL","SIGPIPE","SIGPOLL","SIGPROF","SIGPWR","SIGQUIT","SIGRTMAX","SIGRTMAX-1","SIGRTMAX-10","SIGRTMAX-11","SIGRTMAX-12","SIGRTMAX-13","SIGRTMAX-14","SIGRTMAX-2","SIGRTMAX-3","SIGRTMAX-4","SIGRTMAX-5","SIGRTMAX-6","SIGRTMAX-7","SIGRTMAX-8","SIGRTMAX-9","SIGRTMIN","SIGRTMIN+1","SIGRTMIN+10","SIGRTMIN+11","SIGRTMIN+12","SIGRTMIN+13","SIGRTMIN+14","SIGRTMIN+15","SIGRTMIN+2","SIGRTMIN+3","SIGRTMIN+4","SIGRTMIN+5","SIGRTMIN+6","SIGRTMIN+7","SIGRTMIN+8","SIGRTMIN+9","SIGSEGV","SIGSTKFLT","SIGSTOP","SIGSYS","SIGTERM","SIGTRAP","SIGTSTP","SIGTTIN","SIGTTOU","SIGURG","SIGUSR1","SIGUSR2","SIGVTALRM","SIGWINCH","SIGXCPU","SIGXFSZ"]).optional(),
  });
}

export type Lifecycle = z.output<ReturnType<typeof lifecycle>>;

/** `LifecycleHandler` of `core.v1`. */
export function lifecycleHandler() {
  return z.object({
    exec: execAction().optional(),
    httpGet: httpGetAction().optional(),
    sleep: sleepAction().optional(),
    tcpSocket: tcpSocketAction().optional(),
  });
}

export type LifecycleHandler = z.output<ReturnType<typeof lifecycleHandler>>;

/** `LocalObjectReference` of `core.v1`. */
export function localObjectReference() {
  return z.object({
    name: z.string().optional(),
  }).meta({ 'x-kubernetes-map-type': 'atomic' });
}

export type LocalObjectReference = z.output<ReturnType<typeof localObjectReference>>;

/** `NFSVolumeSource` of `core.v1`. */
export function nfsVolumeSource() {
  return z.object({
    path: z.string(),
    readOnly: z.boolean().optional(),
    server: z.string(),
  });
}

export type NFSVolumeSource = z.output<ReturnType<typeof nfsVolumeSource>>;

/** `NodeAffinity` of `core.v1`. */
export function nodeAffinity() {
  return z.object({
    preferredDuringSchedulingIgnoredDuringExecution: z.array(preferredSchedulingTerm()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    requiredDuringSchedulingIgnoredDuringExecution: nodeSelector().optional(),
  });
}

export type NodeAffinity = z.output<ReturnType<typeof nodeAffinity>>;

/** `NodeSelector` of `core.v1`. */
export function nodeSelector() {
  return z.object({
    nodeSelectorTerms: z.array(nodeSelectorTerm()).meta({ 'x-kubernetes-list-type': 'atomic' }),
  }).meta({ 'x-kubernetes-map-type': 'atomic' });
}

export type NodeSelector = z.output<ReturnType<typeof nodeSelector>>;

/** `NodeSelectorRequirement` of `core.v1`. */
export function nodeSelectorRequirement() {
  return z.object({
    key: z.string(),
    operator: z.enum(["DoesNotExist","Exists","Gt","In","Lt","NotIn"]),
    values: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  });
}

export type NodeSelectorRequirement = z.output<ReturnType<typeof nodeSelectorRequirement>>;

/** `NodeSelectorTerm` of `core.v1`. */
export function nodeSelectorTerm() {
  return z.object({
    matchExpressions: z.array(nodeSelectorRequirement()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    matchFields: z.array(nodeSelectorRequirement()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  }).meta({ 'x-kubernetes-map-type': 'atomic' });
}

export type NodeSelectorTerm = z.output<ReturnType<typeof nodeSelectorTerm>>;

/** `ObjectFieldSelector` of `core.v1`. */
export function objectFieldSelector() {
  return z.object({
    apiVersion: z.string().optional(),
    fieldPath: z.string(),
  }).meta({ 'x-kubernetes-map-type': 'atomic' });
}

export type ObjectFieldSelector = z.output<ReturnType<typeof objectFieldSelector>>;

/** `PersistentVolumeClaimSpec` of `core.v1`. */
export function persistentVolumeClaimSpec() {
  return z.object({
    accessModes: z.array(z.enum(["ReadOnlyMany","ReadWriteMany","ReadWriteOnce","ReadWriteOncePod"])).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    dataSource: typedLocalObjectReference().optional(),
    dataSourceRef: typedObjectReference().optional(),
    resources: volumeResourceRequirements().optional(),
    selector: labelSelector().optional(),
    storageClassName: z.string().optional(),
    volumeAttributesClassName: z.string().optional(),
    volumeMode: z.enum(["Block","Filesystem"]).optional(),
    volumeName: z.string().optional(),
  });
}

export type PersistentVolumeClaimSpec = z.output<ReturnType<typeof persistentVolumeClaimSpec>>;

/** `PersistentVolumeClaimTemplate` of `core.v1`. */
export function persistentVolumeClaimTemplate() {
  return z.object({
    metadata: templateMetadata().optional(),
    spec: persistentVolumeClaimSpec(),
  });
}

export type PersistentVolumeClaimTemplate = z.output<ReturnType<typeof persistentVolumeClaimTemplate>>;

/** `PersistentVolumeClaimVolumeSource` of `core.v1`. */
export function persistentVolumeClaimVolumeSource() {
  return z.object({
    claimName: z.string(),
    readOnly: z.boolean().optional(),
  });
}

export type PersistentVolumeClaimVolumeSource = z.output<ReturnType<typeof persistentVolumeClaimVolumeSource>>;

/** `PhotonPersistentDiskVolumeSource` of `core.v1`. */
export function photonPersistentDiskVolumeSource() {
  return z.object({
    fsType: z.string().optional(),
    pdID: z.string(),
  });
}

export type PhotonPersistentDiskVolumeSource = z.output<ReturnType<typeof photonPersistentDiskVolumeSource>>;

/** `PodAffinity` of `core.v1`. */
export function podAffinity() {
  return z.object({
    preferredDuringSchedulingIgnoredDuringExecution: z.array(weightedPodAffinityTerm()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    requiredDuringSchedulingIgnoredDuringExecution: z.array(podAffinityTerm()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  });
}

export type PodAffinity = z.output<ReturnType<typeof podAffinity>>;

/** `PodAffinityTerm` of `core.v1`. */
export function podAffinityTerm() {
  return z.object({
    labelSelector: labelSelector().optional(),
    matchLabelKeys: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    mismatchLabelKeys: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    namespaceSelector: labelSelector().optional(),
    namespaces: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    topologyKey: z.string(),
  });
}

export type PodAffinityTerm = z.output<ReturnType<typeof podAffinityTerm>>;

/** `PodAntiAffinity` of `core.v1`. */
export function podAntiAffinity() {
  return z.object({
    preferredDuringSchedulingIgnoredDuringExecution: z.array(weightedPodAffinityTerm()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    requiredDuringSchedulingIgnoredDuringExecution: z.array(podAffinityTerm()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  });
}

export type PodAntiAffinity = z.output<ReturnType<typeof podAntiAffinity>>;

/** `PodCertificateProjection` of `core.v1`. */
export function podCertificateProjection() {
  return z.object({
    certificateChainPath: z.string().optional(),
    credentialBundlePath: z.string().optional(),
    keyPath: z.string().optional(),
    keyType: z.string(),
    maxExpirationSeconds: z.int32().optional(),
    signerName: z.string(),
    userAnnotations: z.record(z.string(), z.string()).optional(),
  });
}

export type PodCertificateProjection = z.output<ReturnType<typeof podCertificateProjection>>;

/** `PodDNSConfig` of `core.v1`. */
export function podDNSConfig() {
  return z.object({
    nameservers: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    options: z.array(podDNSConfigOption()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    searches: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  });
}

export type PodDNSConfig = z.output<ReturnType<typeof podDNSConfig>>;

/** `PodDNSConfigOption` of `core.v1`. */
export function podDNSConfigOption() {
  return z.object({
    name: z.string().optional(),
    value: z.string().optional(),
  });
}

export type PodDNSConfigOption = z.output<ReturnType<typeof podDNSConfigOption>>;

/** `PodOS` of `core.v1`. */
export function podOS() {
  return z.object({
    name: z.string(),
  });
}

export type PodOS = z.output<ReturnType<typeof podOS>>;

/** `PodReadinessGate` of `core.v1`. */
export function podReadinessGate() {
  return z.object({
    conditionType: z.string(),
  });
}

export type PodReadinessGate = z.output<ReturnType<typeof podReadinessGate>>;

/** `PodResourceClaim` of `core.v1`. */
export function podResourceClaim() {
  return z.object({
    name: z.string(),
    resourceClaimName: z.string().optional(),
    resourceClaimTemplateName: z.string().optional(),
  });
}

export type PodResourceClaim = z.output<ReturnType<typeof podResourceClaim>>;

/** `PodSchedulingGate` of `core.v1`. */
export function podSchedulingGate() {
  return z.object({
    name: z.string(),
  });
}

export type PodSchedulingGate = z.output<ReturnType<typeof podSchedulingGate>>;

/** `PodSchedulingGroup` of `core.v1`. */
export function podSchedulingGroup() {
  return z.object({
    podGroupName: z.string().optional(),
  });
}

export type PodSchedulingGroup = z.output<ReturnType<typeof podSchedulingGroup>>;

/** `PodSecurityContext` of `core.v1`. */
export function podSecurityContext() {
  return z.object({
    appArmorProfile: appArmorProfile().optional(),
    fsGroup: z.int().optional(),
    fsGroupChangePolicy: z.enum(["Always","OnRootMismatch"]).optional(),
    runAsGroup: z.int().optional(),
    runAsNonRoot: z.boolean().optional(),
    runAsUser: z.int().optional(),
    seLinuxChangePolicy: z.string().optional(),
    seLinuxOptions: seLinuxOptions().optional(),
    seccompProfile: seccompProfile().optional(),
    supplementalGroups: z.array(z.int()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    supplementalGroupsPolicy: z.enum(["Merge","Strict"]).optional(),
    sysctls: z.array(sysctl()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    windowsOptions: windowsSecurityContextOptions().optional(),
  });
}

export type PodSecurityContext = z.output<ReturnType<typeof podSecurityContext>>;

/** `PodSpec` of `core.v1`. */
export function podSpec() {
  return z.object({
    activeDeadlineSeconds: z.int().optional(),
    affinity: affinity().optional(),
    automountServiceAccountToken: z.boolean().optional(),
    containers: listMap(z.array(container()), ["name"]),
    dnsConfig: podDNSConfig().optional(),
    dnsPolicy: z.enum(["ClusterFirst","ClusterFirstWithHostNet","Default","None"]).optional(),
    enableServiceLinks: z.boolean().optional(),
    ephemeralContainers: listMap(z.array(ephemeralContainer()), ["name"]).optional(),
    hostAliases: listMap(z.array(hostAlias()), ["ip"]).optional(),
    hostIPC: z.boolean().optional(),
    hostNetwork: z.boolean().optional(),
    hostPID: z.boolean().optional(),
    hostUsers: z.boolean().optional(),
    hostname: z.string().optional(),
    hostnameOverride: z.string().optional(),
    imagePullSecrets: z.array(localObjectReference()).optional(),
    initContainers: listMap(z.array(container()), ["name"]).optional(),
    nodeName: z.string().optional(),
    nodeSelector: z.record(z.string(), z.string()).optional(),
    os: podOS().optional(),
    overhead: z.record(z.string(), quantity()).optional(),
    preemptionPolicy: z.enum(["Never","PreemptLowerPriority"]).optional(),
    priority: z.int32().optional(),
    priorityClassName: z.string().optional(),
    readinessGates: z.array(podReadinessGate()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    resourceClaims: listMap(z.array(podResourceClaim()), ["name"]).optional(),
    resources: resourceRequirements().optional(),
    restartPolicy: z.enum(["Always","Never","OnFailure"]).optional(),
    runtimeClassName: z.string().optional(),
    schedulerName: z.string().optional(),
    schedulingGates: listMap(z.array(podSchedulingGate()), ["name"]).optional(),
    schedulingGroup: podSchedulingGroup().optional(),
    securityContext: podSecurityContext().optional(),
    serviceAccount: z.string().optional(),
    serviceAccountName: z.string().optional(),
    setHostnameAsFQDN: z.boolean().optional(),
    shareProcessNamespace: z.boolean().optional(),
    subdomain: z.string().optional(),
    terminationGracePeriodSeconds: z.int().optional(),
    tolerations: z.array(toleration()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    topologySpreadConstraints: listMap(z.array(topologySpreadConstraint()), ["topologyKey","whenUnsatisfiable"]).optional(),
    volumes: listMap(z.array(volume()), ["name"]).optional(),
  });
}

export type PodSpec = z.output<ReturnType<typeof podSpec>>;

/** `PodTemplateSpec` of `core.v1`. */
export function podTemplateSpec() {
  return z.object({
    metadata: templateMetadata().optional(),
    spec: podSpec().optional(),
  });
}

export type PodTemplateSpec = z.output<ReturnType<typeof podTemplateSpec>>;

/** `PortworxVolumeSource` of `core.v1`. */
export function portworxVolumeSource() {
  return z.object({
    fsType: z.string().optional(),
    readOnly: z.boolean().optional(),
    volumeID: z.string(),
  });
}

export type PortworxVolumeSource = z.output<ReturnType<typeof portworxVolumeSource>>;

/** `PreferredSchedulingTerm` of `core.v1`. */
export function preferredSchedulingTerm() {
  return z.object({
    preference: nodeSelectorTerm(),
    weight: z.int32(),
  });
}

export type PreferredSchedulingTerm = z.output<ReturnType<typeof preferredSchedulingTerm>>;

/** `Probe` of `core.v1`. */
export function probe() {
  return z.object({
    exec: execAction().optional(),
    failureThreshold: z.int32().optional(),
    grpc: grpcAction().optional(),
    httpGet: httpGetAction().optional(),
    initialDelaySeconds: z.int32().optional(),
    periodSeconds: z.int32().optional(),
    successThreshold: z.int32().optional(),
    tcpSocket: tcpSocketAction().optional(),
    terminationGracePeriodSeconds: z.int().optional(),
    timeoutSeconds: z.int32().optional(),
  });
}

export type Probe = z.output<ReturnType<typeof probe>>;

/** `ProjectedVolumeSource` of `core.v1`. */
export function projectedVolumeSource() {
  return z.object({
    defaultMode: z.int32().optional(),
    sources: z.array(volumeProjection()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  });
}

export type ProjectedVolumeSource = z.output<ReturnType<typeof projectedVolumeSource>>;

/** `QuobyteVolumeSource` of `core.v1`. */
export function quobyteVolumeSource() {
  return z.object({
    group: z.string().optional(),
    readOnly: z.boolean().optional(),
    registry: z.string(),
    tenant: z.string().optional(),
    user: z.string().optional(),
    volume: z.string(),
  });
}

export type QuobyteVolumeSource = z.output<ReturnType<typeof quobyteVolumeSource>>;

/** `RBDVolumeSource` of `core.v1`. */
export function rbdVolumeSource() {
  return z.object({
    fsType: z.string().optional(),
    image: z.string(),
    keyring: z.string().optional(),
    monitors: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }),
    pool: z.string().optional(),
    readOnly: z.boolean().optional(),
    secretRef: localObjectReference().optional(),
    user: z.string().optional(),
  });
}

export type RBDVolumeSource = z.output<ReturnType<typeof rbdVolumeSource>>;

/** `ResourceClaim` of `core.v1`. */
export function resourceClaim() {
  return z.object({
    name: z.string(),
    request: z.string().optional(),
  });
}

export type ResourceClaim = z.output<ReturnType<typeof resourceClaim>>;

/** `ResourceFieldSelector` of `core.v1`. */
export function resourceFieldSelector() {
  return z.object({
    containerName: z.string().optional(),
    divisor: quantity().optional(),
    resource: z.string(),
  }).meta({ 'x-kubernetes-map-type': 'atomic' });
}

export type ResourceFieldSelector = z.output<ReturnType<typeof resourceFieldSelector>>;

/** `ResourceRequirements` of `core.v1`. */
export function resourceRequirements() {
  return z.object({
    claims: listMap(z.array(resourceClaim()), ["name"]).optional(),
    limits: z.record(z.string(), quantity()).optional(),
    requests: z.record(z.string(), quantity()).optional(),
  });
}

export type ResourceRequirements = z.output<ReturnType<typeof resourceRequirements>>;

/** `ScaleIOVolumeSource` of `core.v1`. */
export function scaleIOVolumeSource() {
  return z.object({
    fsType: z.string().optional(),
    gateway: z.string(),
    protectionDomain: z.string().optional(),
    readOnly: z.boolean().optional(),
    secretRef: localObjectReference(),
    sslEnabled: z.boolean().optional(),
    storageMode: z.string().optional(),
    storagePool: z.string().optional(),
    system: z.string(),
    volumeName: z.string().optional(),
  });
}

export type ScaleIOVolumeSource = z.output<ReturnType<typeof scaleIOVolumeSource>>;

/** `SeccompProfile` of `core.v1`. */
export function seccompProfile() {
  return z.object({
    localhostProfile: z.string().optional(),
    type: z.enum(["Localhost","RuntimeDefault","Unconfined"]),
  });
}

export type SeccompProfile = z.output<ReturnType<typeof seccompProfile>>;

/** `SecretEnvSource` of `core.v1`. */
export function secretEnvSource() {
  return z.object({
    name: z.string().optional(),
    optional: z.boolean().optional(),
  });
}

export type SecretEnvSource = z.output<ReturnType<typeof secretEnvSource>>;

/** `SecretKeySelector` of `core.v1`. */
export function secretKeySelector() {
  return z.object({
    key: z.string(),
    name: z.string().optional(),
    optional: z.boolean().optional(),
  }).meta({ 'x-kubernetes-map-type': 'atomic' });
}

export type SecretKeySelector = z.output<ReturnType<typeof secretKeySelector>>;

/** `SecretProjection` of `core.v1`. */
export function secretProjection() {
  return z.object({
    items: z.array(keyToPath()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    name: z.string().optional(),
    optional: z.boolean().optional(),
  });
}

export type SecretProjection = z.output<ReturnType<typeof secretProjection>>;

/** `SecretVolumeSource` of `core.v1`. */
export function secretVolumeSource() {
  return z.object({
    defaultMode: z.int32().optional(),
    items: z.array(keyToPath()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    optional: z.boolean().optional(),
    secretName: z.string().optional(),
  });
}

export type SecretVolumeSource = z.output<ReturnType<typeof secretVolumeSource>>;

/** `SecurityContext` of `core.v1`. */
export function securityContext() {
  return z.object({
    allowPrivilegeEscalation: z.boolean().optional(),
    appArmorProfile: appArmorProfile().optional(),
    capabilities: capabilities().optional(),
    privileged: z.boolean().optional(),
    procMount: z.enum(["Default","Unmasked"]).optional(),
    readOnlyRootFilesystem: z.boolean().optional(),
    runAsGroup: z.int().optional(),
    runAsNonRoot: z.boolean().optional(),
    runAsUser: z.int().optional(),
    seLinuxOptions: seLinuxOptions().optional(),
    seccompProfile: seccompProfile().optional(),
    windowsOptions: windowsSecurityContextOptions().optional(),
  });
}

export type SecurityContext = z.output<ReturnType<typeof securityContext>>;

/** `SELinuxOptions` of `core.v1`. */
export function seLinuxOptions() {
  return z.object({
    level: z.string().optional(),
    role: z.string().optional(),
    type: z.string().optional(),
    user: z.string().optional(),
  });
}

export type SELinuxOptions = z.output<ReturnType<typeof seLinuxOptions>>;

/** `ServiceAccountTokenProjection` of `core.v1`. */
export function serviceAccountTokenProjection() {
  return z.object({
    audience: z.string().optional(),
    expirationSeconds: z.int().optional(),
    path: z.string(),
  });
}

export type ServiceAccountTokenProjection = z.output<ReturnType<typeof serviceAccountTokenProjection>>;

/** `ServicePort` of `core.v1`. */
export function servicePort() {
  return z.object({
    appProtocol: z.string().optional(),
    name: z.string().optional(),
    nodePort: z.int32().optional(),
    port: z.int32(),
    protocol: z.enum(["SCTP","TCP","UDP"]).default("TCP"),
    targetPort: intOrString().optional(),
  });
}

export type ServicePort = z.output<ReturnType<typeof servicePort>>;

/** `ServiceSpec` of `core.v1`. */
export function serviceSpec() {
  return z.object({
    allocateLoadBalancerNodePorts: z.boolean().optional(),
    clusterIP: z.string().optional(),
    clusterIPs: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    externalIPs: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    externalName: z.string().optional(),
    externalTrafficPolicy: z.enum(["Cluster","Local"]).optional(),
    healthCheckNodePort: z.int32().optional(),
    internalTrafficPolicy: z.enum(["Cluster","Local"]).optional(),
    ipFamilies: z.array(z.enum(["","IPv4","IPv6"])).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    ipFamilyPolicy: z.enum(["PreferDualStack","RequireDualStack","SingleStack"]).optional(),
    loadBalancerClass: z.string().optional(),
    loadBalancerIP: z.string().optional(),
    loadBalancerSourceRanges: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    ports: listMap(z.array(servicePort()), ["port","protocol"]).optional(),
    publishNotReadyAddresses: z.boolean().optional(),
    selector: z.record(z.string(), z.string()).optional(),
    sessionAffinity: z.enum(["ClientIP","None"]).optional(),
    sessionAffinityConfig: sessionAffinityConfig().optional(),
    trafficDistribution: z.string().optional(),
    type: z.enum(["ClusterIP","ExternalName","LoadBalancer","NodePort"]).optional(),
  });
}

export type ServiceSpec = z.output<ReturnType<typeof serviceSpec>>;

/** `SessionAffinityConfig` of `core.v1`. */
export function sessionAffinityConfig() {
  return z.object({
    clientIP: clientIPConfig().optional(),
  });
}

export type SessionAffinityConfig = z.output<ReturnType<typeof sessionAffinityConfig>>;

/** `SleepAction` of `core.v1`. */
export function sleepAction() {
  return z.object({
    seconds: z.int(),
  });
}

export type SleepAction = z.output<ReturnType<typeof sleepAction>>;

/** `StorageOSVolumeSource` of `core.v1`. */
export function storageOSVolumeSource() {
  return z.object({
    fsType: z.string().optional(),
    readOnly: z.boolean().optional(),
    secretRef: localObjectReference().optional(),
    volumeName: z.string().optional(),
    volumeNamespace: z.string().optional(),
  });
}

export type StorageOSVolumeSource = z.output<ReturnType<typeof storageOSVolumeSource>>;

/** `Sysctl` of `core.v1`. */
export function sysctl() {
  return z.object({
    name: z.string(),
    value: z.string(),
  });
}

export type Sysctl = z.output<ReturnType<typeof sysctl>>;

/** `TCPSocketAction` of `core.v1`. */
export function tcpSocketAction() {
  return z.object({
    host: z.string().optional(),
    port: intOrString(),
  });
}

export type TCPSocketAction = z.output<ReturnType<typeof tcpSocketAction>>;

/** `Toleration` of `core.v1`. */
export function toleration() {
  return z.object({
    effect: z.enum(["NoExecute","NoSchedule","PreferNoSchedule"]).optional(),
    key: z.string().optional(),
    operator: z.enum(["Equal","Exists","Gt","Lt"]).optional(),
    tolerationSeconds: z.int().optional(),
    value: z.string().optional(),
  });
}

export type Toleration = z.output<ReturnType<typeof toleration>>;

/** `TopologySpreadConstraint` of `core.v1`. */
export function topologySpreadConstraint() {
  return z.object({
    labelSelector: labelSelector().optional(),
    matchLabelKeys: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    maxSkew: z.int32(),
    minDomains: z.int32().optional(),
    nodeAffinityPolicy: z.enum(["Honor","Ignore"]).optional(),
    nodeTaintsPolicy: z.enum(["Honor","Ignore"]).optional(),
    topologyKey: z.string(),
    whenUnsatisfiable: z.enum(["DoNotSchedule","ScheduleAnyway"]),
  });
}

export type TopologySpreadConstraint = z.output<ReturnType<typeof topologySpreadConstraint>>;

/** `TypedLocalObjectReference` of `core.v1`. */
export function typedLocalObjectReference() {
  return z.object({
    apiGroup: z.string().optional(),
    kind: z.string(),
    name: z.string(),
  }).meta({ 'x-kubernetes-map-type': 'atomic' });
}

export type TypedLocalObjectReference = z.output<ReturnType<typeof typedLocalObjectReference>>;

/** `TypedObjectReference` of `core.v1`. */
export function typedObjectReference() {
  return z.object({
    apiGroup: z.string().optional(),
    kind: z.string(),
    name: z.string(),
    namespace: z.string().optional(),
  });
}

export type TypedObjectReference = z.output<ReturnType<typeof typedObjectReference>>;

/** `Volume` of `core.v1`. */
export function volume() {
  return z.object({
    awsElasticBlockStore: awsElasticBlockStoreVolumeSource().optional(),
    azureDisk: azureDiskVolumeSource().optional(),
    azureFile: azureFileVolumeSource().optional(),
    cephfs: cephFSVolumeSource().optional(),
    cinder: cinderVolumeSource().optional(),
    configMap: configMapVolumeSource().optional(),
    csi: csiVolumeSource().optional(),
    downwardAPI: downwardAPIVolumeSource().optional(),
    emptyDir: emptyDirVolumeSource().optional(),
    ephemeral: ephemeralVolumeSource().optional(),
    fc: fcVolumeSource().optional(),
    flexVolume: flexVolumeSource().optional(),
    flocker: flockerVolumeSource().optional(),
    gcePersistentDisk: gcePersistentDiskVolumeSource().optional(),
    gitRepo: gitRepoVolumeSource().optional(),
    glusterfs: glusterfsVolumeSource().optional(),
    hostPath: hostPathVolumeSource().optional(),
    image: imageVolumeSource().optional(),
    iscsi: iscsiVolumeSource().optional(),
    name: z.string(),
    nfs: nfsVolumeSource().optional(),
    persistentVolumeClaim: persistentVolumeClaimVolumeSource().optional(),
    photonPersistentDisk: photonPersistentDiskVolumeSource().optional(),
    portworxVolume: portworxVolumeSource().optional(),
    projected: projectedVolumeSource().optional(),
    quobyte: quobyteVolumeSource().optional(),
    rbd: rbdVolumeSource().optional(),
    scaleIO: scaleIOVolumeSource().optional(),
    secret: secretVolumeSource().optional(),
    storageos: storageOSVolumeSource().optional(),
    vsphereVolume: vsphereVirtualDiskVolumeSource().optional(),
  });
}

export type Volume = z.output<ReturnType<typeof volume>>;

/** `VolumeDevice` of `core.v1`. */
export function volumeDevice() {
  return z.object({
    devicePath: z.string(),
    name: z.string(),
  });
}

export type VolumeDevice = z.output<ReturnType<typeof volumeDevice>>;

/** `VolumeMount` of `core.v1`. */
export function volumeMount() {
  return z.object({
    mountPath: z.string(),
    mountPropagation: z.enum(["Bidirectional","HostToContainer","None"]).optional(),
    name: z.string(),
    readOnly: z.boolean().optional(),
    recursiveReadOnly: z.string().optional(),
    subPath: z.string().optional(),
    subPathExpr: z.string().optional(),
  });
}

export type VolumeMount = z.output<ReturnType<typeof volumeMount>>;

/** `VolumeProjection` of `core.v1`. */
export function volumeProjection() {
  return z.object({
    clusterTrustBundle: clusterTrustBundleProjection().optional(),
    configMap: configMapProjection().optional(),
    downwardAPI: downwardAPIProjection().optional(),
    podCertificate: podCertificateProjection().optional(),
    secret: secretProjection().optional(),
    serviceAccountToken: serviceAccountTokenProjection().optional(),
  });
}

export type VolumeProjection = z.output<ReturnType<typeof volumeProjection>>;

/** `VolumeResourceRequirements` of `core.v1`. */
export function volumeResourceRequirements() {
  return z.object({
    limits: z.record(z.string(), quantity()).optional(),
    requests: z.record(z.string(), quantity()).optional(),
  });
}

export type VolumeResourceRequirements = z.output<ReturnType<typeof volumeResourceRequirements>>;

/** `VsphereVirtualDiskVolumeSource` of `core.v1`. */
export function vsphereVirtualDiskVolumeSource() {
  return z.object({
    fsType: z.string().optional(),
    storagePolicyID: z.string().optional(),
    storagePolicyName: z.string().optional(),
    volumePath: z.string(),
  });
}

export type VsphereVirtualDiskVolumeSource = z.output<ReturnType<typeof vsphereVirtualDiskVolumeSource>>;

/** `WeightedPodAffinityTerm` of `core.v1`. */
export function weightedPodAffinityTerm() {
  return z.object({
    podAffinityTerm: podAffinityTerm(),
    weight: z.int32(),
  });
}

export type WeightedPodAffinityTerm = z.output<ReturnType<typeof weightedPodAffinityTerm>>;

/** `WindowsSecurityContextOptions` of `core.v1`. */
export function windowsSecurityContextOptions() {
  return z.object({
    gmsaCredentialSpec: z.string().optional(),
    gmsaCredentialSpecName: z.string().optional(),
    hostProcess: z.boolean().optional(),
    runAsUserName: z.string().optional(),
  });
}

export type WindowsSecurityContextOptions = z.output<ReturnType<typeof windowsSecurityContextOptions>>;
