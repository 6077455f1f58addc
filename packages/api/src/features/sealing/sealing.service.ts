import type { Deps } from "../../deps.js";
import { narrowedTo, type Scope } from "../../platform/db/scope.js";
import { ApiError } from "../../platform/http/problem.js";
import {
  findSealedReport,
  type ListedAfter,
  listSealedReports,
  type SealedReport,
} from "./sealed-reports.store.js";

/** The tenant's own scope, whoever asks (promise a-tenant-sees-a-tenant). @throws ApiError `not_found` where `scope` may not see it */
export const scopeOfTenant = (tenantId: string, scope: Scope): Scope => {
  const narrowed = narrowedTo(tenantId, scope);
  if (narrowed === null) throw new ApiError("not_found", "no such tenant is registered or was ever seen");
  return narrowed;
};

/** Sealed reports without their documents. @throws ApiError `not_found` */
export const getSealedReports = (
  deps: Deps,
  scope: Scope,
  tenantId: string,
  page: { after?: ListedAfter | undefined; limit: number },
): Promise<Omit<SealedReport, "document">[]> => {
  const ofTenant = scopeOfTenant(tenantId, scope);
  return deps.withDatabase((database) =>
    database.transaction(ofTenant, ({ sql }) => listSealedReports(sql, tenantId, page), "read only"),
  );
};

/**
 * A sealed report.
 * @param key version absent: the newest
 * @returns undefined where none is asked for by its version and the period is not sealed
 * @throws ApiError `not_found` for a tenant that `scope` may not see, or a version that is not there
 */
export const getSealedReport = async (
  deps: Deps,
  scope: Scope,
  key: { tenantId: string; period: string; version?: number | undefined },
): Promise<SealedReport | undefined> => {
  const ofTenant = scopeOfTenant(key.tenantId, scope);
  const found = await deps.withDatabase((database) =>
    database.transaction(ofTenant, ({ sql }) => findSealedReport(sql, key), "read only"),
  );
  if (found === undefined && key.version !== undefined)
    throw new ApiError(
      "not_found",
      `the report of ${key.period} has no version ${key.version}: GET /v1/tenants/{id}/reports lists those that are sealed`,
    );
  return found;
};
