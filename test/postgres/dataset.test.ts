import type { TenantReport } from "@masthead/shared/http/report-schema";
import { toRfc3339 } from "@masthead/shared/time";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ask, answerOf, differencesOf, faultsOf } from "../support/dataset/answer.js";
import type { Ingested } from "../support/dataset/ingest.js";
import { ingestOverNats } from "../support/dataset/over-nats.js";
import { MODEL_HEADER } from "../support/dataset/population.js";
import { type Question, randomQuestion } from "../support/dataset/question.js";
import { Random } from "../support/dataset/random.js";
import { readReportTruth } from "../support/dataset/report-truth.js";
import { type Dataset, planDataset } from "../support/dataset/schedule.js";
import { readTruth } from "../support/dataset/truth.js";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";

const SEED = 20_260_305;
/** 31 days with the changes to summer time of New York (8 March) and Berlin (29 March). */
const MARCH = Date.UTC(2026, 2, 4) * 1_000;
const MINUTE_US = 60_000_000;

let plane: TestControlPlane;
let owner: Sql;
let dataset: Dataset;
let ingested: Ingested;

const ask: Ask = async (path) => {
  const response = await plane.request("GET", path);
  const body = (await response.json()) as never;
  expect([response.status, path, response.status === 200 ? null : body]).toEqual([200, path, null]);
  return body;
};

beforeAll(async () => {
  plane = await startControlPlane();
  owner = postgres(plane.database.ownerUrl, { max: 1, onnotice: () => {} });
  dataset = planDataset({
    ...{ seed: SEED, exchanges: 40_000, startUs: MARCH, days: 31 },
    ...{ tenants: 200, agents: 12, exchangesPerBatch: 200 },
  });
  ingested = await ingestOverNats(dataset, {
    ...{ ownerUrl: plane.database.ownerUrl, deps: plane.ingestDeps, clock: plane.clock, drains: 12 },
    connectAs: (id) => plane.connectAs(id),
  });
});
afterAll(async () => {
  await owner?.end();
  await plane?.stop();
});

describe("a month of 200 tenants", () => {
  it("is committed once, whatever came late or twice", async () => {
    expect(ingested.duplicates).toBeGreaterThan(0);
    const [row] = await owner`
      select (select count(*)::int from truth.raw_exchanges) as raw,
        (select sum(stored + counted_only + set_aside)::int from batches) as committed,
        (select count(distinct tenant_id)::int from usage_series) as tenants`;
    expect(row).toEqual({ raw: ingested.exchanges, committed: ingested.exchanges, tenants: 200 });
  });

  it.each(Array.from({ length: 100 }, (_, i) => i))("answers question %i as plain SQL does", async (i) => {
    const question = randomQuestion(dataset, new Random(SEED, "question", i));
    const { rows, meta } = await answerOf(ask, question);
    const wide: Question = {
      ...question,
      fromUs: Math.floor(question.fromUs / MINUTE_US) * MINUTE_US,
      toUs: Math.ceil(question.toUs / MINUTE_US) * MINUTE_US,
    };
    expect(meta.range).toEqual({ from: toRfc3339(wide.fromUs), to: toRfc3339(wide.toUs) });
    expect(faultsOf(rows, await readTruth(owner, wide)), JSON.stringify(question)).toEqual([]);
  });

  const reported = ["tenant-000", "tenant-001", "unattributed", '=cmd("x")', "back\\slash", "tenant-190"];
  it.each(
    reported.flatMap((tenant) => ["2026-03", "2026-03-08", "2026-03-29"].map((period) => [tenant, period])),
  )("reports %s in %s as plain SQL does", async (tenant, period) => {
    const truth = await readReportTruth(owner, tenant, period);
    const report = await ask<TenantReport>(`/v1/tenants/${encodeURIComponent(tenant)}/reports/${period}`);
    const { totals, measures, latencyMs, breakdowns } = report;
    if (truth.totals)
      expect(differencesOf({ ...totals, measures, latencyMs } as never, truth.totals)).toEqual([]);
    else expect(totals.requests).toBe(0);
    const { dimensions, ...sections } = breakdowns;
    const found = { ...sections, [MODEL_HEADER]: dimensions[MODEL_HEADER] ?? [] };
    const ordered = (all: Record<string, { key: string | null }[] | undefined>) =>
      Object.fromEntries(
        Object.entries(all).map(([name, rows = []]) => [
          name,
          [...rows].sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1)),
        ]),
      );
    expect(ordered(found)).toEqual(ordered(truth.breakdowns));
  });
});
