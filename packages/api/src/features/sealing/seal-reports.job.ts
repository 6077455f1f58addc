import type { TenantReport } from "@masthead/shared/http/report-schema";
import type { UnixMicros } from "@masthead/shared/time";
import type { Log } from "../../deps.js";
import type { Database, Transaction } from "../../platform/db/database.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { buildReport, type Period, parsePeriod } from "../reports/index.js";
import { duePeriods, dueTenants, type PeriodLength, settleDue, takeDue } from "./due.store.js";
import { nextVersion, sealedContent } from "./sealed-document.rules.js";
import { findSealedReport, insertSealedReport, type SealedReport } from "./sealed-reports.store.js";
import { givenUpRuns, isRolledUp, unsettledPeriods } from "./settled.read-model.js";

export interface SealingDeps {
  /** as the drain's role */
  readonly database: Database;
  now(): UnixMicros;
  readonly log: Log;
  /** Called in the transaction that seals a version, with what it sealed. */
  onSealed(sql: Transaction["sql"], sealed: SealedReport, report: TenantReport): Promise<void>;
}

export interface Sealed {
  /** first versions */
  sealed: number;
  restated: number;
  /** usage changed, and nothing that the report says */
  unchanged: number;
  /** being booked to, or not rolled up yet: another time */
  waiting: number;
  failed: number;
}

const TENANTS_PER_TURN = 100;
const LENGTHS: readonly PeriodLength[] = ["day", "month"];

/**
 * Seals the reports that are owed, of periods to which no agent can add any more, and restates those whose usage changed since.
 * Each is sealed in a transaction of its own, so it may be stopped at any point, and run anywhere, any number of times, at once. A
 * report that cannot be made is logged, and holds no other one back.
 * @param maxMs begins no further report after that
 * @throws when Postgres is away
 */
export const sealReports = async (deps: SealingDeps, maxMs: number): Promise<Sealed> => {
  const total: Sealed = { sealed: 0, restated: 0, unchanged: 0, waiting: 0, failed: 0 };
  const until = deps.now() + maxMs * 1_000;
  for (const length of LENGTHS)
    for (const period of await settledPeriods(deps, length))
      for await (const tenantId of tenantsOf(deps.database, period)) {
        if (deps.now() > until) return total;
        total[await sealOrLog(deps, tenantId, period)] += 1;
      }
  return total;
};

const settledPeriods = ({ database, now }: SealingDeps, length: PeriodLength): Promise<Period[]> =>
  database.transaction(NO_TENANT, async ({ sql }) => {
    const nowUs = now();
    const periods = (await duePeriods(sql, length, nowUs / 1e6)).flatMap((text) => parsePeriod(text) ?? []);
    const unsettled = await unsettledPeriods(sql, periods, nowUs);
    return periods.filter(({ text }) => !unsettled.has(text));
  });

async function* tenantsOf(database: Database, period: Period): AsyncGenerator<string> {
  let after = "";
  for (;;) {
    const turn = await database.transaction(NO_TENANT, ({ sql }) =>
      dueTenants(sql, period, after, TENANTS_PER_TURN),
    );
    yield* turn;
    const last = turn.at(-1);
    if (last === undefined || turn.length < TENANTS_PER_TURN) return;
    after = last;
  }
}

const sealOrLog = async (deps: SealingDeps, tenantId: string, period: Period): Promise<keyof Sealed> => {
  try {
    return await deps.database.transaction(NO_TENANT, (tx) => sealReport(deps, tx, tenantId, period));
  } catch (error) {
    deps.log.error({ tenantId, period: period.text, error: String(error) }, "a report could not be sealed");
    return "failed";
  }
};

const sealReport = async (
  { now, onSealed }: SealingDeps,
  tx: Transaction,
  tenantId: string,
  period: Period,
): Promise<keyof Sealed> => {
  const { sql } = tx;
  const days = await takeDue(sql, tenantId, period);
  if (days === null || !(await isRolledUp(sql, tenantId, period))) return "waiting";
  if (days.length === 0) return "unchanged";
  const nowUs = now();
  const report = await buildReport(tx, tenantId, period, nowUs);
  const content = sealedContent(report, period, await givenUpRuns(sql, period, nowUs));
  const before = await findSealedReport(sql, { tenantId, period: period.text });
  const next = nextVersion(content, before);
  if (next !== null) {
    const sealed = { tenantId, period: period.text, sealedAtUs: nowUs, ...next };
    await insertSealedReport(sql, sealed);
    await onSealed(sql, sealed, report);
  }
  await settleDue(sql, tenantId, period, days);
  return next === null ? "unchanged" : before === undefined ? "sealed" : "restated";
};
