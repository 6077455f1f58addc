import type { TenantReport } from "@masthead/shared/http/report-schema";
import type { Deps } from "../../deps.js";
import { narrowedTo, type Scope } from "../../platform/db/scope.js";
import { ApiError } from "../../platform/http/problem.js";
import { wasSeen } from "../tenants/index.js";
import { completenessOf } from "../usage/index.js";
import type { Period } from "./period.rules.js";
import { countPeriod } from "./reports.read-model.js";
import { toReport } from "./reports.rules.js";

/**
 * A tenant's report as of now (promise a-tenant-sees-a-tenant: read in that tenant's scope, whoever asks).
 *
 * @throws ApiError `not_found` where nothing was ever counted of the tenant, or `scope` may not see it
 */
export const getReport = async (
  deps: Deps,
  scope: Scope,
  tenant: string,
  period: Period,
): Promise<TenantReport> => {
  const notFound = () => new ApiError("not_found", "no such tenant was ever seen");
  const ofTenant = narrowedTo(tenant, scope);
  if (ofTenant === null) throw notFound();
  const nowUs = deps.now();
  const range = { fromUs: period.from * 1e6, toUs: period.to * 1e6 };
  return deps.withDatabase(async (database) => {
    const meta = await completenessOf(database, ofTenant, { range, nowUs });
    return database.transaction(
      ofTenant,
      async ({ sql }) => {
        if (!(await wasSeen(sql, tenant))) throw notFound();
        return toReport(tenant, period, await countPeriod(sql, tenant, period), meta, nowUs);
      },
      "read only",
    );
  });
};
