import type { UnixMicros } from "@masthead/shared/time";
import type { Log } from "../../deps.js";
import type { Database, Transaction } from "../../platform/db/database.js";
import { FLEET, NO_TENANT } from "../../platform/db/scope.js";
import { ApiError } from "../../platform/http/problem.js";
import { buildReport, type Period, parsePeriod } from "../reports/index.js";
import { duePeriods, owedTenants, type PeriodLength, settleOwed, takeDue } from "./due.store.js";
import { nextVersion, settledReport } from "./sealed-document.rules.js";
import { findSealedReport, insertSealedReport, type SealedReport } from "./sealed-reports.store.js";
import { givenUpRuns, hasComeToRest, unsettledPeriods } from "./settled.read-model.js";

export interface SealingDeps {
  /** as the drain's role */
  readonly database: Database;
  now(): UnixMicros;
  readonly log: Log;
  /** Called in the transaction that seals a version, with what it sealed. */
  onSealed(sql: Transaction["sql"], sealed: SealedReport): Promise<void>;
}

export interface Sealed {
  /** first versions */
  sealed: number;
  restated: number;
  /** usage changed, and nothing that the report says */
  unchanged: number;
  /** not rolled up yet, or another seals it: another time */
  waiting: number;
  /** usage came for a time that retention can no longer answer */
  tooLate: number;
  failed: number;
}

const DAYS_PER_TURN = 1_000;
const TENANTS_PER_TURN = 100;
const LENGTHS: readonly PeriodLength[] = ["day", "month"];
/** Another transaction settled the same between this one's snapshot and its writing. */
const OVERTAKEN = ["40001", "40P01", "23505"];

/**
 * Seals the reports that are owed, of periods to which no agent can add any more, and restates those whose usage changed since.
 * What is due is taken up in one transaction and sealed in the snapshot of another: so it may be stopped at any point, and run
 * anywhere, any number of times, at once. A report that cannot be made is logged, and holds no other one back.
 * @param maxMs begins no further report after that, or when `signal` says so
 * @throws when Postgres is away
 */
export const sealReports = async (
  deps: SealingDeps,
  maxMs: number,
  signal?: AbortSignal,
): Promise<Sealed> => {
  const total: Sealed = { sealed: 0, restated: 0, unchanged: 0, waiting: 0, tooLate: 0, failed: 0 };
  const until = deps.now() + maxMs * 1_000;
  for (const length of LENGTHS)
    for (const period of await settledPeriods(deps, length)) {
      await takeUp(deps.database, period);
      for await (const tenantId of tenantsOf(deps.database, period)) {
        if (deps.now() > until || signal?.aborted) return total;
        total[await sealOrLog(deps, tenantId, period)] += 1;
      }
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

const takeUp = async (database: Database, period: Period): Promise<void> => {
  let taken: number;
  do {
    taken = await database.transaction(NO_TENANT, ({ sql }) => takeDue(sql, period, DAYS_PER_TURN));
  } while (taken === DAYS_PER_TURN);
};

async function* tenantsOf(database: Database, period: Period): AsyncGenerator<string> {
  let after = "";
  for (;;) {
    const turn = await database.transaction(NO_TENANT, ({ sql }) =>
      owedTenants(sql, period, after, TENANTS_PER_TURN),
    );
    yield* turn;
    const last = turn.at(-1);
    if (last === undefined || turn.length < TENANTS_PER_TURN) return;
    after = last;
  }
}

const sealOrLog = async (deps: SealingDeps, tenantId: string, period: Period): Promise<keyof Sealed> => {
  try {
    return await deps.database.transaction(
      FLEET,
      (tx) => sealReport(deps, tx, tenantId, period),
      "read write snapshot",
    );
  } catch (error) {
    if (OVERTAKEN.includes((error as { code?: string }).code ?? "")) return "waiting";
    deps.log.error({ period: period.text, error: String(error) }, "a report could not be sealed");
    return "failed";
  }
};

const sealReport = async (
  { now, log, onSealed }: SealingDeps,
  tx: Transaction,
  tenantId: string,
  period: Period,
): Promise<keyof Sealed> => {
  const { sql } = tx;
  if (!(await hasComeToRest(sql, tenantId, period)) || !(await settleOwed(sql, tenantId, period)))
    return "waiting";
  const nowUs = now();
  const built = await buildReport(tx, tenantId, period, { nowUs }).catch(noLongerHeld);
  if (built === null) {
    log.warn({ period: period.text }, "usage came for a report that retention can no longer answer");
    return "tooLate";
  }
  const report = settledReport(built, await givenUpRuns(sql, period, nowUs));
  const before = await findSealedReport(sql, { tenantId, period: period.text });
  const next = nextVersion(report, before);
  if (next === null) return "unchanged";
  const sealed = { tenantId, period: period.text, sealedAtUs: nowUs, ...next };
  await insertSealedReport(sql, sealed);
  await onSealed(sql, sealed);
  return before === undefined ? "sealed" : "restated";
};

const noLongerHeld = (error: unknown): null => {
  if (error instanceof ApiError && error.code === "invalid_parameters") return null;
  throw error;
};
