import type { Deps } from "../../deps.js";
import { tenantScope } from "../../platform/db/scope.js";
import { ApiError } from "../../platform/http/problem.js";
import {
  findSealedReport,
  type ListedAfter,
  listSealedReports,
  type SealedReport,
} from "./sealed-reports.store.js";

/** Read in the tenant's own scope, whoever asks (promise a-tenant-sees-a-tenant). */
export const getSealedReports = (
  deps: Deps,
  tenantId: string,
  page: { after?: ListedAfter | undefined; limit: number },
): Promise<Omit<SealedReport, "document">[]> =>
  deps.withDatabase((database) =>
    database.transaction(
      tenantScope(tenantId),
      ({ sql }) => listSealedReports(sql, tenantId, page),
      "read only",
    ),
  );

/**
 * A sealed report.
 * @param key version absent: the newest
 * @returns undefined where none is asked for by its version and the period is not sealed
 * @throws ApiError `not_found` for a version that is not there
 */
export const getSealedReport = async (
  deps: Deps,
  key: { tenantId: string; period: string; version?: number | undefined },
): Promise<SealedReport | undefined> => {
  const found = await deps.withDatabase((database) =>
    database.transaction(tenantScope(key.tenantId), ({ sql }) => findSealedReport(sql, key), "read only"),
  );
  if (found === undefined && key.version !== undefined)
    throw new ApiError(
      "not_found",
      `the report of ${key.period} has no version ${key.version}; those that are sealed are listed one level up, at /reports`,
    );
  return found;
};
