import { z } from 'zod';
import { quantitySchema } from './quantity.ts';

/** Parts of a pod's specification that a kind takes over as they are: the fields of `core/v1`, with its own rules. */

const listMap = <T extends z.ZodType>(schema: T, ...keys: string[]) =>
  schema.meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });

const atomic = <T extends z.ZodType>(schema: T) => schema.meta({ 'x-kubernetes-list-type': 'atomic' });

const quantities = () => z.record(z.string(), quantitySchema()).optional();

const text = () => z.string().optional();
const flag = () => z.boolean().optional();
const id = () => z.int().optional();

/** `ResourceRequirements`: what a container asks for and may use. */
export function resourcesSchema(description: string) {
  const claim = z.object({ name: z.string(), request: text() });
  return z
    .object({
      claims: listMap(z.array(claim), 'name').optional(),
      limits: quantities(),
      requests: quantities(),
    })
    .describe(description);
}

const keySelector = () => z.object({ key: z.string(), name: z.string().default(''), optional: flag() });

const valueFrom = z.object({
  configMapKeyRef: keySelector().optional(),
  secretKeyRef: keySelector().optional(),
  fieldRef: z.object({ apiVersion: text(), fieldPath: z.string() }).optional(),
  resourceFieldRef: z
    .object({ containerName: text(), divisor: quantitySchema().optional(), resource: z.string() })
    .optional(),
  fileKeyRef: z
    .object({ key: z.string(), path: z.string(), volumeName: z.string(), optional: z.boolean().default(false) })
    .optional(),
});

/** `EnvVar`: one environment variable. */
export const envVarSchema = z.object({ name: z.string(), value: text(), valueFrom: valueFrom.optional() });

/** An environment variable as a manifest has it. */
export type EnvVar = z.output<typeof envVarSchema>;

const appArmorProfile = () => z.object({ localhostProfile: text(), type: z.string() }).optional();
const seccompProfile = appArmorProfile;
const seLinuxOptions = () => z.object({ level: text(), role: text(), type: text(), user: text() }).optional();
const windowsOptions = () =>
  z
    .object({
      gmsaCredentialSpec: text(),
      gmsaCredentialSpecName: text(),
      hostProcess: flag(),
      runAsUserName: text(),
    })
    .optional();

/** `PodSecurityContext`. */
export function podSecurityContextSchema(description: string) {
  return z
    .object({
      appArmorProfile: appArmorProfile(),
      fsGroup: id(),
      fsGroupChangePolicy: text(),
      runAsGroup: id(),
      runAsNonRoot: flag(),
      runAsUser: id(),
      seLinuxChangePolicy: text(),
      seLinuxOptions: seLinuxOptions(),
      seccompProfile: seccompProfile(),
      supplementalGroups: atomic(z.array(z.int())).optional(),
      supplementalGroupsPolicy: text(),
      sysctls: atomic(z.array(z.object({ name: z.string(), value: z.string() }))).optional(),
      windowsOptions: windowsOptions(),
    })
    .describe(description);
}

/** `SecurityContext` of a container. */
export function securityContextSchema(description: string) {
  const capabilities = z.object({
    add: atomic(z.array(z.string())).optional(),
    drop: atomic(z.array(z.string())).optional(),
  });
  return z
    .object({
      allowPrivilegeEscalation: flag(),
      appArmorProfile: appArmorProfile(),
      capabilities: capabilities.optional(),
      privileged: flag(),
      procMount: text(),
      readOnlyRootFilesystem: flag(),
      runAsGroup: id(),
      runAsNonRoot: flag(),
      runAsUser: id(),
      seLinuxOptions: seLinuxOptions(),
      seccompProfile: seccompProfile(),
      windowsOptions: windowsOptions(),
    })
    .describe(description);
}
