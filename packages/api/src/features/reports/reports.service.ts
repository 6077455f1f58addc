import type { TenantItem, TenantReport } from "@masthead/shared/http/report-schema";
import type { Deps } from "../../deps.js";
import { narrowedTo, type Scope } from "../../platform/db/scope.js";
import { ApiError } from "../../platform/http/problem.js";
import { completenessOf } from "../usage/index.js";
import type { Period } from "./period.rules.js";
import { countPeriod } from "./reports.read-model.js";
import { toReport, toTenantItem } from "./reports.rules.js";
import { readTenants, wasSeen } from "./tenants.read-model.js";

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

/** Tenants that `scope` may see by id, from behind `after` on. */
export const getTenants = (
  deps: Deps,
  scope: Scope,
  page: { after?: string | undefined; limit: number },
): Promise<TenantItem[]> =>
  deps.withDatabase((database) =>
    database.transaction(
      scope,
      async ({ sql }) => (await readTenants(sql, page)).map(toTenantItem),
      "read only",
    ),
  );
