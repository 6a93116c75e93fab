import type { KubeObject } from '../../../framework/framework.ts';
import { LAST_RESTART, RESTART_TRIGGER } from '../components/backend.ts';
import type { Revision } from './convex-input.ts';
import type { RestartInput } from './restart.ts';

type Template = {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly containers?: readonly {
      readonly name: string;
      readonly image?: string;
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
};

/** The pod template of a StatefulSet. The server has checked its shape. */
function templateOf({ spec }: KubeObject): Template {
  return (spec as { readonly template?: Template } | undefined)?.template ?? {};
}

/** What a StatefulSet runs. */
export function revisionOf(statefulSet: KubeObject): Revision | undefined {
  const container = templateOf(statefulSet).spec?.containers?.find(({ name }) => name === 'backend');
  const version = container?.env?.find(({ name }) => name === 'CONVEX_VERSION')?.value;
  return container?.image === undefined ? undefined : { image: container.image, version: version ?? '' };
}

/** How a StatefulSet manages its pods: fixed for its life, and the original operator left it to the server. */
export function podManagementOf(statefulSet: KubeObject | undefined): string | undefined {
  return (statefulSet?.spec as { readonly podManagementPolicy?: string } | undefined)?.podManagementPolicy;
}

/** When a StatefulSet was last restarted, as far as it says. */
export function liveStamps(statefulSet: KubeObject): NonNullable<RestartInput['live']> {
  const { annotations = {}, creationTimestamp } = statefulSet.metadata;
  return {
    lastRestart: annotations[LAST_RESTART],
    trigger: templateOf(statefulSet).metadata?.annotations?.[RESTART_TRIGGER],
    created: creationTimestamp,
  };
}
