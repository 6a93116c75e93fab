import { z } from 'zod';
import { componentsStatus, core, quantity } from '../../framework/framework.ts';

const optionalText = (description: string) => z.string().optional().describe(description);
const switchedOff = (description: string) => z.boolean().default(false).describe(description);

function securitySchema(whose: string, standard: string) {
  return z
    .object({
      pod: core
        .podSecurityContext()
        .optional()
        .describe(`The security context of the ${whose}'s pod, whole; by default ${standard}.`),
      container: core
        .securityContext()
        .optional()
        .describe(`The security context of the ${whose}'s container, whole; by default ${standard}.`),
    })
    .prefault({})
    .describe(`Security contexts of the ${whose}.`);
}

const databaseSchema = z
  .object({
    engine: z.enum(['postgres', 'mysql', 'sqlite']).describe('Where Convex keeps its documents.'),
    secretRef: optionalText('The Secret with the URL of the database; required unless the engine is sqlite.'),
    urlKey: optionalText('The key in that Secret that holds the URL; required unless the engine is sqlite.'),
    databaseName: optionalText(
      'The INSTANCE_NAME, and so the database; by default that of the URL, then the name with _ for -.',
    ),
    requireSSL: z
      .boolean()
      .default(true)
      .describe('Whether the connection to the database must be encrypted; false sets DO_NOT_REQUIRE_SSL.'),
  })
  .describe('The database.');

const storageSchema = z
  .object({
    mode: z
      .enum(['sqlite', 'external'])
      .default('sqlite')
      .describe('Whether there may be a data volume; external never has one.'),
    pvc: z
      .object({
        enabled: switchedOff('Whether the data is on a volume, at /convex/data.'),
        storageClassName: optionalText("The volume's class; the cluster's default when empty. Cannot be changed."),
        size: quantity()
          .optional()
          .describe(
            "The volume's size, 10Gi unless given; zero counts as not given. It can only grow, where the class allows it.",
          ),
      })
      .optional()
      .describe('The data volume.'),
  })
  .prefault({})
  .describe('Where the backend keeps files, and documents with the engine sqlite.');

const s3Schema = z
  .object({
    enabled: switchedOff('Whether files are in S3 buckets. The rest is looked at only then.'),
    secretRef: optionalText('The Secret with the credentials; required when enabled.'),
    configMapRef: optionalText(
      'A ConfigMap with bucket, region and endpoint; the Secret then has the credentials only.',
    ),
    autoDetectOBC: z
      .boolean()
      .default(true)
      .describe("Whether the keys of an ObjectBucketClaim's Secret and ConfigMap are filled in."),
    endpoint: optionalText('The URL of the S3 server.'),
    endpointKey: optionalText('The key that holds that URL.'),
    endpointHostKey: optionalText("The key in the ConfigMap that holds the server's host."),
    endpointPortKey: optionalText("The key in the ConfigMap that holds the server's port."),
    endpointScheme: z.enum(['http', 'https']).default('http').describe('The scheme that goes with host and port.'),
    accessKeyIdKey: optionalText('The key in the Secret that holds the access key id.'),
    secretAccessKeyKey: optionalText('The key in the Secret that holds the secret access key.'),
    bucket: optionalText('The bucket.'),
    bucketKey: optionalText('The key that holds the bucket.'),
    region: optionalText('The region.'),
    regionKey: optionalText('The key that holds the region.'),
    emitS3EndpointUrl: z
      .boolean()
      .optional()
      .describe('Whether the backend gets S3_ENDPOINT_URL as well, which current images want.'),
  })
  .prefault({})
  .describe('Object storage for files.');

const backendSchema = z
  .object({
    image: z
      .string()
      .default('ghcr.io/get-convex/convex-backend:latest')
      .describe('The image of the backend. The version does not choose it, and latest pins nothing.'),
    resources: core.resourceRequirements().optional().describe("The backend's resources, as in a container."),
    db: databaseSchema,
    storage: storageSchema,
    s3: s3Schema,
    telemetry: z
      .object({ disableBeacon: switchedOff('Whether Convex may not be told of this instance.') })
      .prefault({})
      .describe('Telemetry.'),
    logging: z
      .object({ redactLogsToClient: switchedOff('Whether clients do not get to see log lines.') })
      .prefault({})
      .describe('Logging.'),
    security: securitySchema('backend', 'none, as its image runs as root'),
    env: z
      .array(core.envVar())
      .optional()
      .describe(
        'Further environment variables, as in a container; they win over those of the same name, at their place.',
      ),
  })
  .describe('The backend.');

const dashboardSchema = z
  .object({
    enabled: z.boolean().default(true).describe('Whether there is a dashboard.'),
    image: z.string().default('ghcr.io/get-convex/convex-dashboard:latest').describe('The image of the dashboard.'),
    replicas: z.int().min(1).max(2_147_483_647).default(1).describe("The dashboard's pods."),
    resources: core.resourceRequirements().optional().describe("The dashboard's resources, as in a container."),
    security: securitySchema('dashboard', 'user 1001, not root'),
    prefillAdminKey: z.boolean().optional().describe('Whether every visitor of the dashboard gets the admin key.'),
  })
  .prefault({})
  .describe('The dashboard.');

const networkingSchema = z
  .object({
    host: z.string().min(1).describe('The external host name.'),
    deploymentUrl: optionalText("The backend's URL for the dashboard's visitors; by default that of the host."),
    cloudOrigin: optionalText('The CONVEX_CLOUD_ORIGIN; by default the URL of the host.'),
    siteOrigin: optionalText('The CONVEX_SITE_ORIGIN; by default the URL of the host.'),
    parentRefs: z
      .array(
        z.object({
          name: z.string().min(1).describe('The Gateway.'),
          namespace: optionalText("The Gateway's namespace; by default the instance's."),
          sectionName: optionalText("The Gateway's listener; all of them unless given."),
        }),
      )
      .optional()
      .describe('Gateways that the route is attached to, instead of one of its own.'),
    gatewayClassName: z.string().default('nginx').describe('The class of the Gateway.'),
    gatewayAnnotations: z
      .record(z.string(), z.string())
      .default({ 'cert-manager.io/cluster-issuer': 'letsencrypt-prod-rfc2136' })
      .describe('Annotations of the Gateway; {} for none.'),
    tlsSecretRef: optionalText('The Secret with the certificate of the host; with it, everything is https.'),
  })
  .describe('How the instance is reached.');

const scaleSchema = z
  .object({
    backend: z
      .object({
        cpuTargetUtilization: z
          .int()
          .min(1)
          .max(100)
          .optional()
          .describe('No effect: one database has one backend at a time. A warning says so.'),
        maxMemory: quantity().optional().describe("The backend's memory limit, unless resources has one."),
      })
      .optional()
      .describe('The backend, of which there is always one.'),
  })
  .optional()
  .describe('Hints for scaling.');

const maintenanceSchema = z
  .object({
    upgradeStrategy: z
      .enum(['inPlace', 'exportImport'])
      .default('inPlace')
      .describe('What a new image or version does: replace the pod, or export before and import after that.'),
    restartInterval: z
      .string()
      .default('168h')
      .describe('How often the backend is restarted, such as 168h or 1h30m, a minute at least; never with 0s.'),
  })
  .optional()
  .describe('Upgrades and restarts.');

export const convexInstanceSpecSchema = z.object({
  environment: z.enum(['dev', 'prod']).describe('The tier, as CONVEX_ENV.'),
  version: z.string().min(1).describe('The release, as CONVEX_VERSION. It does not choose the image: name that, too.'),
  backend: backendSchema,
  dashboard: dashboardSchema,
  networking: networkingSchema,
  scale: scaleSchema,
  maintenance: maintenanceSchema,
});

/** A parsed spec. */
export type ConvexInstanceSpec = z.output<typeof convexInstanceSpecSchema>;

const step = z.enum([
  'Exporting',
  'ExportFailed',
  'RollingUpdate',
  'Importing',
  'ImportFailed',
  'Completed',
  'Abandoned',
]);

/** An image with the version that it is told to be. */
export const revisionSchema = z.object({
  image: z.string().describe('The image.'),
  version: z.string().describe('The release, as CONVEX_VERSION.'),
});

/** What an upgrade has come to. It is what the next run goes by. */
export const upgradeRecordSchema = z.object({
  step: step.describe('How far it is.'),
  from: revisionSchema.describe('The backend before.'),
  to: revisionSchema.describe('The backend after.'),
  attempt: z.int().min(1).describe('Counts the tries; each has Jobs of its own.'),
  retry: z.string().optional().describe('The value of the retry annotation that was answered.'),
});

/** The persisted record of an upgrade by export and import. */
export type UpgradeRecord = z.output<typeof upgradeRecordSchema>;

export const convexInstanceStatusSchema = z.object({
  phase: z.enum(['Pending', 'Ready', 'Error', 'Upgrading']).optional().describe('The state in one word.'),
  upgradeHash: z.string().optional().describe('Stands for the version, images and environment that were last ready.'),
  endpoints: z
    .object({
      apiUrl: z.string().optional().describe('Where the API is reached.'),
      dashboardUrl: z.string().optional().describe('Where the dashboard is reached.'),
    })
    .optional()
    .describe('URLs of the instance.'),
  revision: revisionSchema.optional().describe('The backend that was last rolled out.'),
  upgrade: upgradeRecordSchema.optional().describe('The last upgrade by export and import.'),
  ...componentsStatus,
});
