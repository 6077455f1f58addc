import type { ReportStanding, TenantReport } from "@masthead/shared/http/report-schema";
import { toRfc3339 } from "@masthead/shared/time";
import type { Deps } from "../../deps.js";
import { narrowed } from "../../platform/db/database.js";
import { FLEET, narrowedTo, type Scope } from "../../platform/db/scope.js";
import { ApiError } from "../../platform/http/problem.js";
import { isKnown } from "../tenants/index.js";
import { inHeldSnapshot } from "../usage/index.js";
import { buildReport } from "./build-report.service.js";
import type { Period } from "./period.rules.js";

/**
 * A tenant's report as of now (promise a-tenant-sees-a-tenant: its usage is read in that tenant's scope, whoever asks).
 *
 * @throws ApiError `not_found` where the tenant is not registered and nothing was ever counted of it, or `scope` may not see it
 */
export const getReport = async (
  deps: Deps,
  scope: Scope,
  tenant: string,
  period: Period,
): Promise<TenantReport & ReportStanding> => {
  const notFound = () => new ApiError("not_found", "no such tenant is registered or was ever seen");
  const ofTenant = narrowedTo(tenant, scope);
  if (ofTenant === null) throw notFound();
  return deps.withDatabase((database) =>
    inHeldSnapshot(database, FLEET, async (tx) => {
      if (!(await narrowed(tx.sql, ofTenant, () => isKnown(tx.sql, tenant)))) throw notFound();
      const nowUs = deps.now();
      const report = await buildReport(tx, tenant, period, { nowUs });
      return { ...report, status: "provisional" as const, generatedAt: toRfc3339(nowUs) };
    }),
  );
};
