import { canonicalJson } from "@masthead/shared/canonical-json";
import type { TenantDocument, TenantItem, TenantResource } from "@masthead/shared/http/tenant-resource";
import { toRfc3339, type UnixMicros } from "@masthead/shared/time";
import { ApiError } from "../../platform/http/problem.js";
import type { RegisteredTenant } from "./registry.store.js";
import type { KnownTenant } from "./tenants.read-model.js";

const timeOf = (us: UnixMicros | null): string | null => (us === null ? null : toRfc3339(us));

export const toTenantItem = (tenant: KnownTenant): TenantItem => ({
  id: tenant.id,
  name: tenant.name,
  labels: { ...tenant.labels },
  fingerprints: [...tenant.fingerprints],
  registered: tenant.revision !== null,
  firstSeenAt: timeOf(tenant.firstSeenUs),
  lastSeenAt: timeOf(tenant.lastSeenUs),
  requests: tenant.requests,
});

export const toTenantResource = (tenant: KnownTenant): TenantResource => ({
  ...toTenantItem(tenant),
  revision: tenant.revision,
  createdAt: timeOf(tenant.createdAtUs),
  updatedAt: timeOf(tenant.changedAtUs),
});

/** Whether the registry holds what the document says already. */
export const saysTheSame = (
  { name, labels }: RegisteredTenant,
  fingerprints: readonly string[],
  document: TenantDocument,
): boolean =>
  canonicalJson({ name, labels, fingerprints }) ===
  canonicalJson({ ...document, fingerprints: [...document.fingerprints].sort() });

/** What is in `next` and not in `present`, and the other way round. */
export const changeOf = (
  present: readonly string[],
  next: readonly string[],
): { added: string[]; removed: string[] } => ({
  added: next.filter((one) => !present.includes(one)),
  removed: present.filter((one) => !next.includes(one)),
});

/** A fingerprint belongs to one tenant. @throws ApiError `conflict` that names those that are another's, and whose */
export const checkOwners = (owners: ReadonlyMap<string, string>, id: string): void => {
  const others = [...owners].filter(([, owner]) => owner !== id);
  if (others.length === 0) return;
  const words = others.map(([fingerprint, owner]) => `${fingerprint} belongs to tenant ${owner}`);
  throw new ApiError("conflict", `${words.join("; ")}: remove it there first`);
};
