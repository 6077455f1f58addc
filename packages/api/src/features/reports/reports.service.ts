import type { TenantReport } from "@masthead/shared/http/report-schema";
import type { Deps } from "../../deps.js";
import { tenantScope } from "../../platform/db/scope.js";
import { ApiError } from "../../platform/http/problem.js";
import { wasSeen } from "../tenants/index.js";
import { readCompleteness } from "../usage/index.js";
import type { Period } from "./period.rules.js";
import { countPeriod } from "./reports.read-model.js";
import { toReport } from "./reports.rules.js";

/**
 * A tenant's report as of now (promise a-tenant-sees-a-tenant: read in that tenant's scope, whoever asks).
 *
 * @throws ApiError `not_found` where nothing was ever counted of the tenant
 */
export const getReport = (deps: Deps, tenant: string, period: Period): Promise<TenantReport> =>
  deps.withDatabase((database) =>
    database.transaction(
      tenantScope(tenant),
      async ({ sql }) => {
        if (!(await wasSeen(sql, tenant))) throw new ApiError("not_found", "no such tenant was ever seen");
        const now = deps.now();
        const range = { fromUs: period.from * 1e6, toUs: period.to * 1e6 };
        // Read first: what is committed in between is then counted and not promised, instead of the other way round.
        const meta = await readCompleteness(sql, range, now);
        return toReport(tenant, period, await countPeriod(sql, tenant, period), meta, now);
      },
      "read only",
    ),
  );
