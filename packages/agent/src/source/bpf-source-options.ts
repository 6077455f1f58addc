import type { FingerprintKey } from "@masthead/shared/policy/fingerprint";
import type { Floor } from "@masthead/shared/policy/floor";
import type { KnownBuilds } from "../attach/sites/known-builds.js";
import type { SeenAt } from "../capture/seen-at.js";
import type { KernelSizes } from "./map-entries.js";

export interface BpfSourceOptions extends KernelSizes {
  /** absent: the object that came with the agent */
  objectPath?: string | undefined;
  handoffBytes: number;
  pollEveryMs: number;
  /** whether HTTP in clear is read too */
  clearText: boolean;
  tlsSeenAt: SeenAt;
  /** builds without symbols whose functions are known */
  knownBuilds: KnownBuilds;
  labels: Record<string, string>;
  floor: Floor;
  fingerprintKey: FingerprintKey;
  /** MASTHEAD_HOME, whose pid files name processes that are never targets */
  homeDirectory?: string | undefined;
  /** true: exchanges of policies that aggregate are sent one by one as those of others, to be looked at */
  sendsAll?: boolean;
}
