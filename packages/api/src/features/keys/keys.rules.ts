import type { KeyResource } from "@masthead/shared/http/key-resource";
import { toRfc3339, type UnixMicros } from "@masthead/shared/time";
import type { KeyRow } from "./keys.store.js";

const isOver = (endUs: UnixMicros | null, nowUs: UnixMicros): boolean => endUs !== null && endUs <= nowUs;

/** Until when the secret before is let in; null where it is not. */
export const previousSecretUntilUs = (key: KeyRow, nowUs: UnixMicros): UnixMicros | null =>
  isOver(key.previousUntilUs, nowUs) ? null : key.previousUntilUs;

export const isExpired = (key: KeyRow, nowUs: UnixMicros): boolean => isOver(key.expiresAtUs, nowUs);

const timeOrNull = (us: UnixMicros | null): string | null => (us === null ? null : toRfc3339(us));

/** A key as REST shows it. */
export const toKeyResource = (key: KeyRow, nowUs: UnixMicros): KeyResource => ({
  id: key.id,
  name: key.name,
  role: key.role,
  tenant: key.tenantId,
  scopes: key.scopes && [...key.scopes],
  createdAt: toRfc3339(key.createdAtUs),
  createdBy: key.createdBy,
  expiresAt: timeOrNull(key.expiresAtUs),
  lastUsedOn: key.lastUsedDay,
  previousSecretUntil: timeOrNull(previousSecretUntilUs(key, nowUs)),
  status: isExpired(key, nowUs) ? "expired" : "active",
});
