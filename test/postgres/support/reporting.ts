import type { Deps } from "@masthead/api/deps";
import { reportsRoutes } from "@masthead/api/features/reports/index";
import { tenantsRoutes } from "@masthead/api/features/tenants/index";
import { ensureUsagePartitions } from "@masthead/api/features/usage/index";
import type { Database } from "@masthead/api/platform/db/database";
import type { Principal } from "@masthead/api/platform/http/context";
import { answerError } from "@masthead/api/platform/http/error-answer";
import { createRouter } from "@masthead/api/platform/http/router";
import type { ReportRow } from "@masthead/shared/http/report-schema";
import { startTestDatabase, type TestDatabase } from "./database.js";
import { ADMIN, asPrincipal } from "./principals.js";
import { DAYS, NOW } from "./usage-parts.js";
import { resetUsage } from "./usage-state.js";

/** The routes of reports alone over a real Postgres, at the time {@link NOW}. */
export interface Reporting {
  server: TestDatabase;
  ingest: Database;
  owner: Database;
  get(path: string, accept?: string): Promise<Response>;
  getAs(principal: Principal, path: string): Promise<Response>;
  /** Empties the tables of usage and delivery. */
  reset(): Promise<void>;
  /** Counts of a tenant's reports by plain SQL over minutes, which have to be held. `key`: SQL to group by. */
  plainly(tenant: string, from: string, to: string, key?: string): Promise<ReportRow[]>;
}

export const startReporting = async (): Promise<Reporting> => {
  const server = await startTestDatabase();
  const [ingest, owner, database] = [server.open("ingest"), server.open("owner"), server.open("app")];
  const deps: Deps = {
    withDatabase: (work) => work(database),
    withNats: () => Promise.reject(new Error("reports need no NATS")),
    now: () => NOW * 1e6,
    log: { info: () => {}, warn: () => {}, error: (fields, message) => console.error(message, fields) },
  };
  const app = createRouter();
  app.onError((error, c) => answerError(error, c, deps.log));
  let asks = ADMIN;
  app.use((c, next) => asPrincipal(asks)(c, next));
  app.route("/", tenantsRoutes(deps));
  app.route("/", reportsRoutes(deps));
  return {
    server,
    ingest,
    owner,
    get: async (path, accept = "application/json") => app.request(path, { headers: { accept } }),
    async getAs(principal, path) {
      asks = principal;
      try {
        return await app.request(path);
      } finally {
        asks = ADMIN;
      }
    },
    async reset() {
      await resetUsage(owner);
      await owner.sql`truncate epochs, epoch_losses, lost_batches, loss_minutes`;
      await ensureUsagePartitions(ingest, DAYS);
    },
    async plainly(tenant, from, to, key = "null") {
      const rows = await owner.sql.unsafe<ReportRow[]>(
        `select (${key})::text as key,
          coalesce(sum(requests), 0)::int as requests, coalesce(sum(errors), 0)::int as errors,
          coalesce(sum(request_bytes), 0)::int as "requestBytes",
          coalesce(sum(response_bytes), 0)::int as "responseBytes"
        from usage_minute m join usage_series s using (tenant_id, series_id)
        where tenant_id = $1 and bucket >= $2::timestamptz and bucket < $3::timestamptz
          and role = 'server' and report ${key === "null" ? "" : "group by 1"}`,
        [tenant, from, to],
      );
      return [...rows];
    },
  };
};
