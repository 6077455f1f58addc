import type { TenantReport } from "@masthead/shared/http/report-schema";
import type { UnixMicros } from "@masthead/shared/time";
import type { Transaction } from "../../platform/db/database.js";
import { readCompleteness } from "../usage/index.js";
import { readBreakdowns } from "./breakdowns.read-model.js";
import { readConsumers } from "./consumers.read-model.js";
import { heldHeaders } from "./held-headers.rules.js";
import { readHours } from "./peak-hours.read-model.js";
import { hoursOf, type Period, previousPeriod } from "./period.rules.js";
import { readPolicyRevisions } from "./policy-revisions.read-model.js";
import { type CountedPeriod, toReport } from "./report-document.rules.js";
import { assertSnapshot } from "./snapshot.read-model.js";
import { readTrend } from "./trend.read-model.js";
import { uniqueConsumers } from "./unique-consumers.rules.js";

/** What a report says that is not counted. */
export interface ReportContext {
  /** the caller's clock: how long an agent has been silent is told by it */
  readonly nowUs: UnixMicros;
  /** of a registered tenant */
  readonly tenantName?: string | null | undefined;
}

/**
 * A tenant's report from one moment (promise counted-once: all its numbers are of the same usage). What is read, and nothing else,
 * decides the document; it has no time of its own.
 *
 * @param tx a snapshot (`read only snapshot` or `read write snapshot`) in a scope that sees the tenant
 */
export const buildReport = async (
  tx: Transaction,
  tenantId: string,
  period: Period,
  { nowUs, tenantName = null }: ReportContext,
): Promise<TenantReport> => {
  const { sql } = tx;
  await assertSnapshot(sql);
  const counted = async (of: Period): Promise<CountedPeriod> => ({
    period: of,
    parts: await readTrend(sql, tenantId, of),
    uniqueConsumers: uniqueConsumers(await readConsumers(sql, tenantId, of)),
  });
  const [fromUs, toUs] = [period.from * 1e6, period.to * 1e6];
  const hours = hoursOf(period);
  const { rows, policies } = await readBreakdowns(sql, tenantId, period);
  return toReport({
    tenant: { id: tenantId, name: tenantName },
    current: await counted(period),
    previous: await counted(previousPeriod(period)),
    sections: rows,
    hours: {
      of: hours,
      counted: await readHours(
        sql,
        tenantId,
        period,
        hours.map(({ start }) => start),
      ),
    },
    headers: heldHeaders(await readPolicyRevisions(sql, policies, toUs), fromUs),
    meta: await readCompleteness(sql, { fromUs, toUs }, nowUs),
  });
};
