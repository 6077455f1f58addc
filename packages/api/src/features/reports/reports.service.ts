import type { TenantItem, TenantReport } from "@masthead/shared/http/report-schema";
import type { UnixMicros } from "@masthead/shared/time";
import type { Deps } from "../../deps.js";
import type { Transaction } from "../../platform/db/database.js";
import { FLEET, tenantScope } from "../../platform/db/scope.js";
import { ApiError } from "../../platform/http/problem.js";
import { readCompleteness } from "../usage/index.js";
import type { Period } from "./period.rules.js";
import { countPeriod } from "./reports.read-model.js";
import { toReport, toTenantItem } from "./reports.rules.js";
import { readTenants, wasSeen } from "./tenants.read-model.js";

/**
 * A tenant's report as of now (promise a-tenant-sees-a-tenant: read in that tenant's scope, whoever asks).
 *
 * @throws ApiError `not_found` where nothing was ever counted of the tenant
 */
export const getReport = (deps: Deps, tenant: string, period: Period): Promise<TenantReport> =>
  deps.withDatabase((database) =>
    database.transaction(
      tenantScope(tenant),
      async (tx) => {
        if (!(await wasSeen(tx.sql, tenant))) throw new ApiError("not_found", "no such tenant was ever seen");
        return buildReport(tx, tenant, period, deps.now());
      },
      "read only",
    ),
  );

/** A tenant's report as of now, in a transaction that may read the ledger and the tenant's usage. */
export const buildReport = async (
  { sql }: Transaction,
  tenant: string,
  period: Period,
  nowUs: UnixMicros,
): Promise<TenantReport> => {
  const range = { fromUs: period.from * 1e6, toUs: period.to * 1e6 };
  // Read first: what is committed in between is then counted and not promised, instead of the other way round.
  const meta = await readCompleteness(sql, range, nowUs);
  return toReport(tenant, period, await countPeriod(sql, tenant, period), meta, nowUs);
};

/** Tenants by id, from behind `after` on. */
export const getTenants = (
  deps: Deps,
  page: { after?: string | undefined; limit: number },
): Promise<TenantItem[]> =>
  deps.withDatabase((database) =>
    database.transaction(
      FLEET,
      async ({ sql }) => (await readTenants(sql, page)).map(toTenantItem),
      "read only",
    ),
  );
