import type { AllowedHosts } from "../../platform/outbound/allowed-hosts.js";
import type { SendOutbound } from "../../platform/outbound/outbound.js";
import type { Secrets } from "../../platform/secrets.js";

/** Writes a file whole or not at all. @param path below the configured root, one name each */
export type WriteFile = (path: readonly string[], bytes: Uint8Array) => Promise<void>;

/** What sends. */
export interface DeliveryOutlets {
  /** so many side by side at the most, where it can have only a few connections */
  readonly atOnce?: number;
  readonly send: SendOutbound;
  /** null: this process writes to no folder */
  readonly writeFile: WriteFile | null;
  /** null: no key is configured, and what needs a secret cannot be sent */
  readonly secrets: Secrets | null;
}

/** What a destination is checked against when it is put. */
export interface DestinationLimits {
  readonly allowed: AllowedHosts;
  /** whether the server writes to folders */
  readonly folders: boolean;
  /** null: no key is configured, and no destination with a secret can be had */
  readonly secrets: Secrets | null;
}
