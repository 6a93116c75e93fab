import type { Manifest } from '../../../framework/framework.ts';
import type { ConvexInstanceSpec } from '../convex-instance.schemas.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { KeySource } from './referents.ts';
import type { Stamps } from './restart.ts';

/** What runs, or is to run. */
export type Revision = { readonly image: string; readonly version: string };

/** What an upgrade needs at the moment: a volume, and perhaps a Job. */
export type UpgradeJobs = {
  readonly exports: boolean;
  readonly imports: boolean;
  /** Of the operator itself, whose program speaks with Convex; without it there are no Jobs. */
  readonly image: string | undefined;
  readonly attempt: number;
  /** Stands for what is upgraded to. */
  readonly hash: string;
};

/** Everything that the parts of an instance are made from. */
export type ConvexInput = {
  readonly name: string;
  readonly namespace: string;
  readonly spec: ConvexInstanceSpec;
  /** INSTANCE_NAME as the backend gets it. */
  readonly instanceName: string;
  /** The key with the URL of the database, unless documents are in a file. */
  readonly databaseUrl: KeySource | undefined;
  readonly storage: ObjectStorage | undefined;
  /** Stand for the values of the keys that pods use, and for version, images and environment that the spec asks for. */
  readonly hashes: { readonly config: string; readonly dashboard: string; readonly upgrade: string };
  /** The backend that is to run now; while an export is made, still the old one. */
  readonly backend: Revision;
  readonly stamps: Stamps;
  /** How the StatefulSet that is there manages its pods. */
  readonly podManagement: string | undefined;
  readonly upgrade: UpgradeJobs | undefined;
};

/** A manifest with the fields that its kind has. */
export type Shaped<T> = Manifest & T;
