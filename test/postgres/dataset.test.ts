import { maintain } from "@masthead/api/features/ingest/index";
import type { ReportAnswer } from "@masthead/shared/http/report-schema";
import type { UsageRow } from "@masthead/shared/http/usage-schema";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { timeUsage } from "../bench/support/usage-speed.js";
import { type Ask, answerOf, csvOf } from "../support/dataset/answer.js";
import { csvFaults } from "../support/dataset/csv.js";
import { DATASETS } from "../support/dataset/datasets.js";
import { type Ingested, ingestDataset } from "../support/dataset/ingest.js";
import { faultsOf } from "../support/dataset/oracle.js";
import { ingestOverNats } from "../support/dataset/over-nats.js";
import { PROMPT_HEADER } from "../support/dataset/population.js";
import { tellProgress } from "../support/dataset/progress.js";
import { documentOf, PLAIN, QUESTIONS, type Question, randomQuestion } from "../support/dataset/question.js";
import { Random } from "../support/dataset/random.js";
import { reportFaults } from "../support/dataset/report-oracle.js";
import { type Dataset, planDataset } from "../support/dataset/schedule.js";
import { wrongAnswersOf } from "../support/dataset/wrong-answers.js";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";

/** `npm run soak:dataset` asks for 10 million; what is large does not go through NATS. */
const EXCHANGES = Number(process.env["DATASET_EXCHANGES"] ?? 30_000);
const IS_LARGE = EXCHANGES > 200_000;
const TRIES = 20;
const REPORTED = ["tenant-000", "unattributed", "ö-müller", "back\\slash", "tenant-190"];
/** Of all of the server role, one row a group. */
const TOTAL = { ...PLAIN, window: "total" as const, limit: 1_000 };
const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
const LONG_MS = 6 * 3_600_000;

/** Of which month alone, `YYYY-MM`; absent: of both. */
const MONTH = process.env["DATASET_MONTH"];
const cases = DATASETS.filter(({ months }) => !MONTH || months.some((month) => month === MONTH)).map(
  (one) => [one.name, one] as const,
);

describe.each(cases)("a month of 200 tenants, %s", (_, { startUs, seed, months, days }) => {
  let plane: TestControlPlane;
  let owner: Sql;
  /** Of plain SQL that answers are compared with, and not timed beside. */
  let truth: Sql;
  let dataset: Dataset;
  let ingested: Ingested;

  const ask: Ask = async (method, path, body, accept = "application/json") => {
    // A second for each request: a key may not make all of them in one.
    plane.clock.nowUs += 1_000_000;
    const response = await plane.request(method, path, { body, headers: { accept } });
    const text = await response.text();
    expect([response.status, path, response.status === 200 ? "" : text]).toEqual([200, path, ""]);
    return text;
  };

  beforeAll(async () => {
    // On a machine that does other things, too, what a server would refuse is to be right all the same.
    plane = await startControlPlane(IS_LARGE ? { usageQuerySeconds: 600 } : {});
    owner = postgres(plane.database.ownerUrl, { max: 1, onnotice: () => {} });
    truth = postgres(plane.database.ownerUrl, { max: 1, connection: { work_mem: "512MB" } });
    dataset = planDataset({
      ...{ seed, exchanges: EXCHANGES, startUs, days: 31, tenants: 200, agents: 12 },
      exchangesPerBatch: IS_LARGE ? 1_000 : 150,
    });
    const { ownerUrl, ingestUrl } = plane.database;
    ingested = IS_LARGE
      ? await ingestDataset(dataset, { ownerUrl, ingestUrl, onTurn: tellProgress("committed") })
      : await ingestOverNats(dataset, {
          ...{ ownerUrl, deps: plane.ingestDeps, clock: plane.clock, drains: 8 },
          connectAs: (id) => plane.connectAs(id),
        });
    plane.clock.nowUs = ingested.nowUs;
  }, LONG_MS);
  afterAll(async () => {
    await owner?.end();
    await truth?.end();
    await plane?.stop();
  });

  it("is committed once, whatever came late or twice", { timeout: LONG_MS }, async () => {
    expect(ingested.duplicates).toBeGreaterThan(0);
    const [row] = await owner`
      select (select count(*)::int from truth.raw_exchanges) as raw,
        (select sum(stored + counted_only + set_aside)::int from batches) as committed,
        (select count(distinct tenant_id)::int from truth.raw_exchanges) as tenants,
        (select count(distinct tenant_id)::int from usage_series) as counted`;
    expect(row).toMatchObject({
      raw: ingested.exchanges,
      committed: ingested.exchanges,
      counted: row?.["tenants"],
    });
    expect(row?.["tenants"]).toBeGreaterThan(190);
  });

  const time = async (): Promise<void> => {
    await owner`vacuum analyze`;
    for (const month of months)
      await timeUsage(owner, ask, { exchanges: ingested.exchanges, month, tries: TRIES });
  };
  if (IS_LARGE) it("says how long answers take, beside the raw exchanges", { timeout: LONG_MS }, time);

  it("notices an answer that is off by one, by 2 %, or by a row", { timeout: LONG_MS }, async () => {
    const question: Question = {
      ...TOTAL,
      groupBy: ["tenant.id"],
      fromUs: dataset.fromUs,
      toUs: dataset.toUs,
    };
    const { rows, meta } = await answerOf(ask, question);
    const [first, ...rest] = rows as [UsageRow, ...UsageRow[]];
    const p99 = (first.latencyMs?.p99 ?? 0) * 1.02;
    const wrong = [
      { ...first, requests: first.requests + 1 },
      { ...first, latencyMs: first.latencyMs && { ...first.latencyMs, p99 } },
      { ...first, uniqueConsumers: (first.uniqueConsumers ?? 0) + 1 },
    ];
    expect(await faultsOf(truth, question, { rows, meta })).toEqual([]);
    for (const one of wrong)
      expect(await faultsOf(truth, question, { rows: [one, ...rest], meta })).toHaveLength(1);
    expect(await faultsOf(truth, question, { rows: rest, meta })).toHaveLength(1);
    expect(csvFaults(rest, await csvOf(ask, question))).toHaveLength(1);
  });

  it("notices a histogram, an order, an empty window or a remainder that is off", {
    timeout: LONG_MS,
  }, async () => {
    // So that the largest consumers have empty windows, and others are together in one.
    const [window, length] = IS_LARGE ? (["minute", 5 * HOUR_US] as const) : (["hour", DAY_US] as const);
    const fromUs = dataset.fromUs + DAY_US;
    const question: Question = {
      ...{ ...TOTAL, window, fromUs, toUs: fromUs + length, histogram: true, fill: true, asLink: true },
      ...{ groupBy: ["consumer.fingerprint"], top: 12 },
      orderBy: [{ by: "requests" }, { by: "group", direction: "desc" }],
    };
    const { rows, meta } = await answerOf(ask, question);
    expect(await faultsOf(truth, question, { rows, meta })).toEqual([]);
    const wrong = wrongAnswersOf(rows);
    for (const [what, one] of wrong)
      expect([what, await faultsOf(truth, question, { rows: one, meta })]).not.toEqual([what, []]);
    const [shown, csv] = [rows.slice(0, question.limit), await csvOf(ask, question)];
    expect(csvFaults(shown, csv)).toEqual([]);
    expect(csvFaults(shown, csv.replace(/(?<=\.\d+:)\d+/, "0"))).toHaveLength(1);
  });

  it("notices an answer to another question", { timeout: LONG_MS }, async () => {
    const classes = "http.response.status_class";
    const of = (value: string) => ({ and: [{ dimension: classes, eq: value }] });
    const grouped: Question = {
      ...{ ...TOTAL, groupBy: [classes], asLink: true },
      ...{ fromUs: dataset.fromUs + 7 * DAY_US, toUs: dataset.fromUs + 9 * DAY_US },
    };
    const narrow: Question = { ...grouped, filter: of("5xx"), groupBy: ["tenant.id"] };
    const hourly: Question = {
      ...{ ...grouped, groupBy: ["tenant.id"], window: "hour" },
      toUs: grouped.fromUs + 12 * HOUR_US,
    };
    const ordered: Question = { ...grouped, orderBy: [{ by: "requests" }] };
    const ranked: Question = { ...grouped, groupBy: ["tenant.id", "url.template"], window: "hour", top: 12 };
    const pairs: [asked: Question, answered: Question][] = [
      [grouped, { ...grouped, groupBy: ["http.response.status_code"] }],
      [narrow, { ...narrow, filter: of("4xx") }],
      [ranked, { ...ranked, topBy: "responseBytes" }],
      [{ ...ranked, topBy: "errors" }, ranked],
      [{ ...ranked, topPerWindow: true }, ranked],
      [{ ...grouped, measures: [PROMPT_HEADER] }, grouped],
      [ordered, { ...ordered, orderBy: [{ by: "requests", direction: "asc" }] }],
      [
        { ...grouped, window: "day" },
        { ...grouped, window: "day", timeZone: "Asia/Kolkata" },
      ],
      [{ ...hourly, fill: true }, hourly],
    ];
    for (const [asked, answered] of pairs) {
      expect(await faultsOf(truth, asked, await answerOf(ask, asked))).toEqual([]);
      expect([answered, await faultsOf(truth, asked, await answerOf(ask, answered))]).not.toEqual([
        answered,
        [],
      ]);
    }
  });

  it.each(Array.from({ length: QUESTIONS }, (_, i) => i))(
    "answers question %i as plain SQL does, and as CSV what it answers as JSON",
    async (i) => {
      const question = randomQuestion(dataset, new Random(seed, "question", i));
      const answer = await answerOf(ask, question);
      expect(await faultsOf(truth, question, answer), JSON.stringify(question)).toEqual([]);
      const csv = await csvOf(ask, question);
      expect(csvFaults(answer.rows.slice(0, question.limit), csv), JSON.stringify(question)).toEqual([]);
    },
    LONG_MS,
  );

  const periods = [...months, ...days].flatMap((period) =>
    REPORTED.map((tenant) => [tenant, period] as const),
  );
  const zones = ["UTC", "Asia/Kolkata", "Europe/Berlin", "America/New_York"];
  it.each(periods.map(([tenant, period], i) => [tenant, period, zones[i % zones.length] as string] as const))(
    "reports %s in %s of %s as plain SQL does",
    async (tenant, period, timeZone) => {
      const path = `/v1/tenants/${encodeURIComponent(tenant)}/reports/${period}?timeZone=${timeZone}`;
      const report = JSON.parse(await ask("GET", path)) as ReportAnswer;
      expect(await reportFaults(truth, report)).toEqual([]);
    },
    LONG_MS,
  );

  it("answers from coarser buckets once finer ones are gone, or refuses", { timeout: LONG_MS }, async () => {
    const ingest = plane.database.open("ingest");
    const at = async (daysLater: number) => {
      plane.clock.nowUs = dataset.toUs + daysLater * DAY_US;
      await maintain(ingest, plane.clock.nowUs);
    };
    const inside = { fromUs: dataset.fromUs + DAY_US, toUs: dataset.toUs - DAY_US };
    const asked = (over: Partial<Question>): Question => ({
      ...TOTAL,
      groupBy: ["tenant.id"],
      ...inside,
      ...over,
    });
    const answered = async (over: Partial<Question>) => {
      const question = asked(over);
      expect(await faultsOf(truth, question, await answerOf(ask, question)), JSON.stringify(over)).toEqual(
        [],
      );
    };
    const refused = async (over: Partial<Question>) => {
      const { status } = await plane.request("POST", "/v1/usage/query", { body: documentOf(asked(over)) });
      expect([over, status]).toEqual([over, 422]);
    };
    await at(60);
    await answered({ window: "day", timeZone: "Asia/Kathmandu" });
    await answered({
      window: "hour",
      timeZone: "Asia/Kolkata",
      groupBy: [],
      toUs: inside.fromUs + 3 * DAY_US,
    });
    await refused({ fromUs: inside.fromUs + 60_000_000 });
    await at(500);
    await answered({ window: "day" });
    await refused({ window: "day", timeZone: "Asia/Kathmandu" });
    await at(2_300);
    const [year = 0, month = 0] = (months[0] ?? "").split("-").map(Number);
    const whole = { fromUs: Date.UTC(year, month - 1) * 1_000, toUs: Date.UTC(year, month) * 1_000 };
    await answered({ window: "month", ...whole });
    await refused({ window: "day", ...whole });
  });
});
