import type { ReportAnswer } from "@masthead/shared/http/report-schema";
import type { Sql } from "postgres";
import { documentOf, PLAIN, type Question } from "../../support/dataset/question.js";
import { reportFaults } from "../../support/dataset/report-oracle.js";
import { sqlOf } from "../../support/dataset/truth.js";
import { median } from "./statistics.js";
import { factor, said, timesOf } from "./usage-figures.js";

/** Of the same question put to the raw exchanges. */
const TARGET = 20;
/** The raw exchanges take seconds, and answer the same again. */
const RAW_TIMES = 3;
/** The largest. */
const TENANT = "tenant-000";

/** Sends a request, and gives the body of its answer, which has to be 200. */
export type Asked = (method: "GET" | "POST", path: string, body?: unknown) => Promise<string>;

/** Milliseconds of each try. */
export interface UsageSpeed {
  exchanges: number;
  topTen: number[];
  report: number[];
}

/**
 * Times the ten largest tenants of a month and a tenant's report of it, each beside the same put to the raw exchanges, and says so. Of a
 * report that is one statement for its totals, its trend, the month before and each of its breakdowns.
 *
 * @param month `YYYY-MM`, of which 28 days or more have exchanges
 */
export const timeUsage = async (
  owner: Sql,
  ask: Asked,
  { exchanges, month, tries }: { exchanges: number; month: string; tries: number },
): Promise<UsageSpeed> => {
  const [year = 0, number = 0] = month.split("-").map(Number);
  const question: Question = {
    ...{ fromUs: Date.UTC(year, number - 1) * 1_000, toUs: Date.UTC(year, number) * 1_000 },
    ...PLAIN,
    ...{ window: "total", groupBy: ["tenant.id"], top: 10, limit: 50 },
  };
  const path = `/v1/tenants/${TENANT}/reports/${month}`;
  const report = JSON.parse(await ask("GET", path)) as ReportAnswer;
  const quickTop = await timesOf(tries, () => ask("POST", "/v1/usage/query", documentOf(question)));
  const rawTop = await timesOf(RAW_TIMES, () => owner.unsafe(sqlOf(question, question)));
  const quickReport = await timesOf(tries, () => ask("GET", path));
  const rawReport = await timesOf(RAW_TIMES, () => reportFaults(owner, report));
  const beside = (raw: readonly number[], quick: readonly number[]) =>
    `${said(quick)}; raw ${median(raw).toFixed(0)} ms: ${factor(raw, quick).toFixed(1)} times faster (target ${TARGET})`;
  console.log(`usage of ${exchanges} exchanges, ${tries} tries:
  top ten        ${beside(rawTop, quickTop)}
  tenant report  ${beside(rawReport, quickReport)}`);
  return { exchanges, topTen: quickTop, report: quickReport };
};
