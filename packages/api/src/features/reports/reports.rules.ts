import type { TenantItem } from "@masthead/shared/http/report-schema";
import { toRfc3339 } from "@masthead/shared/time";
import type { SeenTenant } from "./tenants.read-model.js";

export const toTenantItem = ({ id, firstSeenUs, lastSeenUs, requests }: SeenTenant): TenantItem => ({
  id,
  firstSeenAt: toRfc3339(firstSeenUs),
  lastSeenAt: toRfc3339(lastSeenUs),
  requests,
});
