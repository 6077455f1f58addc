import type { TenantReport } from "@masthead/shared/http/report-schema";
import type { UnixMicros } from "@masthead/shared/time";
import { narrowed, type Transaction } from "../../platform/db/database.js";
import { tenantScope } from "../../platform/db/scope.js";
import { plannedForManyRows } from "../../platform/db/statement-bounds.js";
import { ApiError } from "../../platform/http/problem.js";
import { nameOf } from "../tenants/index.js";
import { readCompleteness, readHorizon, readMarks, type UsageHorizon } from "../usage/index.js";
import { readBreakdowns } from "./breakdowns.read-model.js";
import { readConsumers } from "./consumers.read-model.js";
import { heldHeaders } from "./held-headers.rules.js";
import type { HeldTenant } from "./held-usage.read-model.js";
import { readHours } from "./peak-hours.read-model.js";
import { hoursOf, type Period, previousPeriod } from "./period.rules.js";
import { type PeriodPlan, planOfPeriod, plansOf } from "./period-plan.rules.js";
import { readPolicyRevisions } from "./policy-revisions.read-model.js";
import { type CountedPeriod, toReport } from "./report-document.rules.js";
import { assertSnapshot } from "./snapshot.read-model.js";
import { readTrend } from "./trend.read-model.js";
import { uniqueConsumers } from "./unique-consumers.rules.js";

/** What a report says that is not counted. */
export interface ReportContext {
  /** the caller's clock: how long an agent has been silent is told by it */
  readonly nowUs: UnixMicros;
}

/**
 * A tenant's report from one moment. What is read, and nothing else, decides the document; it has no time of its own. Its usage is read
 * in the tenant's scope, the ledger and policies in the fleet's.
 *
 * @param tx a snapshot (`read only snapshot` or `read write snapshot`) in the scope of the fleet, as which it comes back
 * @throws ApiError `invalid_parameters` where what retention has left cannot answer all of it
 */
export const buildReport = async (
  { sql }: Transaction,
  tenantId: string,
  period: Period,
  { nowUs }: ReportContext,
): Promise<TenantReport> => {
  await assertSnapshot(sql);
  const horizon = await readHorizon(sql);
  const plan = planOfPeriod(period, horizon);
  if (!plan) throw notHeld(period, horizon);
  const before = previousPeriod(period);
  const planBefore = planOfPeriod(before, horizon);
  const plans = [plan, ...(planBefore ? [planBefore] : [])].flatMap(plansOf);
  const held: HeldTenant = { tenant: tenantId, marks: await readMarks(sql, plans, [tenantId]) };
  const counted = async (of: Period, read: PeriodPlan): Promise<CountedPeriod> => ({
    period: of,
    parts: await readTrend(sql, held, of, read),
    uniqueConsumers: uniqueConsumers(await readConsumers(sql, held, read)),
  });
  const meta = await readCompleteness(sql, { fromUs: period.from * 1e6, toUs: period.to * 1e6 }, nowUs);
  const hours = hoursOf(period);
  const starts = hours.map(({ start }) => start);
  const read = async () => ({
    current: await counted(period, plan),
    previous: planBefore ? await counted(before, planBefore) : null,
    breakdowns: await readBreakdowns(sql, held, plan),
    hours: plan.hours && { of: hours, counted: await readHours(sql, held, plan.hours, starts) },
  });
  const usage = await plannedForManyRows(sql, () => narrowed(sql, tenantScope(tenantId), read));
  const revisions = await readPolicyRevisions(sql, usage.breakdowns.policies, period.to * 1e6);
  return toReport({
    tenant: { id: tenantId, name: await nameOf(sql, tenantId) },
    current: usage.current,
    previous: usage.previous,
    sections: usage.breakdowns.rows,
    hours: usage.hours,
    headers: heldHeaders(revisions, period.from * 1e6),
    meta,
  });
};

const notHeld = ({ text, unit, timeZone }: Period, { day, quarter }: UsageHorizon): ApiError => {
  const since = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
  const message =
    unit === "hour"
      ? `hours are held since ${since(quarter)}: ask for the month, ${text.slice(0, 7)}, in UTC`
      : timeZone === "UTC"
        ? `days are held since ${since(day)}`
        : `months of other time zones than UTC are held since ${since(quarter)}: ask for it in UTC`;
  return new ApiError("invalid_parameters", `/path/period: ${message}`, {
    errors: [{ pointer: "/path/period", message }],
  });
};
