import postgres from "postgres";
import { afterEach, expect, test } from "vitest";
import { startControlPlane } from "../postgres/support/control-plane.js";
import { Cleanup } from "../support/cleanup.js";
import { DATASETS } from "../support/dataset/datasets.js";
import { ingestDataset } from "../support/dataset/ingest.js";
import { tellProgress } from "../support/dataset/progress.js";
import { documentOf, type Question } from "../support/dataset/question.js";
import { planDataset } from "../support/dataset/schedule.js";
import { sqlOf } from "../support/dataset/truth.js";
import { benchSettings } from "./support/settings.js";
import { median } from "./support/statistics.js";
import { factor, said, timesOf } from "./support/usage-figures.js";

/** Of the same question put to the raw exchanges. */
const TARGET = 20;
/** The raw exchanges take seconds, and answer the same again. */
const RAW_TIMES = 3;
const TENANT = "tenant-000";
const PERIOD = "2026-03";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const [MARCH] = DATASETS;
const DAY_US = 86_400_000_000;
/** The ten largest tenants of the month. */
const topTen: Question = {
  ...{ fromUs: MARCH.startUs, toUs: MARCH.startUs + 31 * DAY_US, window: "total", timeZone: "UTC" },
  ...{ groupBy: ["tenant.id"], top: 10, compare: false, ranked: false, limit: 50 },
};
/** What a report is made of, as one question: its tenant by day and endpoint. */
const report: Question = {
  ...{ fromUs: MARCH.startUs, toUs: MARCH.startUs + 28 * DAY_US, window: "day", timeZone: "UTC" },
  ...{ groupBy: ["service.name", "url.template", "http.request.method", "http.response.status_code"] },
  ...{ filter: { dimension: "tenant.id", eq: TENANT }, compare: false, ranked: false, limit: 1_000 },
};

interface Figures {
  exchanges: number;
  topTen: number[];
  report: number[];
}

test("usage from roll-ups, beside the same questions put to the raw exchanges", async () => {
  const { exchanges: sizes, tries } = benchSettings();
  const all: Figures[] = [];
  for (const exchanges of sizes) all.push(await measure(exchanges, tries));
  const [least, most] = [all[0], all.at(-1)] as [Figures, Figures];
  if (least !== most)
    console.log(`from ${least.exchanges} to ${most.exchanges} exchanges (${(most.exchanges / least.exchanges).toFixed(1)} times as many)
  top ten        takes ${factor(most.topTen, least.topTen).toFixed(1)} times as long
  tenant report  takes ${factor(most.report, least.report).toFixed(1)} times as long`);
});

const measure = async (asked: number, tries: number): Promise<Figures> => {
  const plane = await startControlPlane();
  cleanup.add(() => plane.stop());
  const owner = postgres(plane.database.ownerUrl, { max: 1, onnotice: () => {} });
  cleanup.add(() => owner.end());
  const dataset = planDataset({
    ...{ seed: MARCH.seed, exchanges: asked, startUs: MARCH.startUs, days: 31 },
    ...{ tenants: 200, agents: 12, exchangesPerBatch: 1_000 },
  });
  const { ownerUrl, ingestUrl } = plane.database;
  const { exchanges, nowUs } = await ingestDataset(dataset, {
    ownerUrl,
    ingestUrl,
    onTurn: tellProgress("committed"),
  });
  plane.clock.nowUs = nowUs;
  await owner`vacuum analyze`;
  const ask = async (method: string, path: string, body?: unknown) => {
    plane.clock.nowUs += 1_000_000;
    const response = await plane.request(method, path, { body });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  };
  const raw = (question: Question) => owner.unsafe(sqlOf(question, question));
  // In turns, so that whatever else the machine does falls on both.
  const quickTop = await timesOf(tries, () => ask("POST", "/v1/usage/query", documentOf(topTen)));
  const rawTop = await timesOf(RAW_TIMES, () => raw(topTen));
  const quickReport = await timesOf(tries, () => ask("GET", `/v1/tenants/${TENANT}/reports/${PERIOD}`));
  const rawReport = await timesOf(RAW_TIMES, () => raw(report));
  console.log(`usage of ${exchanges} exchanges, ${tries} tries:
  top ten        ${said(quickTop)}; raw ${median(rawTop).toFixed(0)} ms: ${factor(rawTop, quickTop).toFixed(1)} times faster (target ${TARGET})
  tenant report  ${said(quickReport)}; raw ${median(rawReport).toFixed(0)} ms: ${factor(rawReport, quickReport).toFixed(1)} times faster (target ${TARGET})`);
  await cleanup.run();
  return { exchanges, topTen: quickTop, report: quickReport };
};
