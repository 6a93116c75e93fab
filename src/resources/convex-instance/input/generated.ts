import { createHmac } from 'node:crypto';
import {
  type Instance,
  isInstanceSecret,
  issueAdminKey,
  type KeyOrigin,
  opensInstance,
} from '../../../clients/convex/admin-key.ts';
import type { ConvexInstanceSpec } from '../convex-instance.schemas.ts';
import { hostUrl } from './names.ts';

/** What the Secret of an instance holds. */
export type Generated = {
  readonly adminKey: string;
  readonly instanceSecret: string;
  /** The URL of the database without its path, where the given one has a path. */
  readonly databaseUrl?: string;
};

/** What new values are made from. */
export type Randomness = KeyOrigin & { readonly secret: string };

type Wish = {
  readonly instanceName: string;
  readonly databaseUrl: string | undefined;
  /** The values that are there, unless they are to be replaced. */
  readonly current: Readonly<Record<string, string>>;
};

/** Keeps what is valid: a secret of 32 bytes, and a key that opens an instance of this name and secret. */
export function generate({ instanceName, databaseUrl, current }: Wish, random: Randomness): Generated {
  const { instanceSecret, adminKey } = current;
  const secret = isInstanceSecret(instanceSecret) ? instanceSecret.trim() : random.secret;
  const instance: Instance = { name: instanceName, secret };
  const isRight = adminKey !== undefined && opensInstance(adminKey, instance);
  return {
    adminKey: isRight ? adminKey : issueAdminKey(instance, random),
    instanceSecret: secret,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  };
}

/** Stands for what the dashboard is started with. */
export function dashboardHash({ dashboard, networking }: ConvexInstanceSpec, { instanceSecret, adminKey }: Generated) {
  const url = networking.deploymentUrl || hostUrl(networking);
  const content = JSON.stringify([url, dashboard.prefillAdminKey ? adminKey : null]);
  return `v1:${createHmac('sha256', instanceSecret).update(content).digest('hex').slice(0, 32)}`;
}
