import { usageRoutes } from "@masthead/api/features/usage/index";
import type { UsageRow } from "@masthead/shared/http/usage-schema";
import { SKETCH_STANDARD_ERROR } from "@masthead/shared/usage/consumer-sketch";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Ask, answerOf } from "../support/dataset/answer.js";
import { addedFaults, namedFaults } from "../support/dataset/capped.js";
import { ingestDataset } from "../support/dataset/ingest.js";
import { faultsOf } from "../support/dataset/oracle.js";
import { MODEL_HEADER } from "../support/dataset/population.js";
import { namesOf, PLAIN, type Question, randomQuestion } from "../support/dataset/question.js";
import { Random } from "../support/dataset/random.js";
import { planDataset } from "../support/dataset/schedule.js";
import { servePosts } from "./support/api.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";

/** A day whose tenants have more series than they may. */

const SERIES_CAP = 4;
const SEED = 20_260_512;
const QUESTIONS = 20;
const FOLDED = ["url.template", "http.request.method", MODEL_HEADER, "consumer.fingerprint"];

const dataset = planDataset({
  ...{ seed: SEED, exchanges: 3_000, startUs: Date.UTC(2026, 4, 12) * 1_000, days: 1 },
  ...{ tenants: 12, agents: 6, exchangesPerBatch: 100 },
});
const all = { ...PLAIN, window: "total" as const, limit: 1_000, fromUs: dataset.fromUs, toUs: dataset.toUs };

let server: TestDatabase;
let owner: Sql;
let ask: Ask;

beforeAll(async () => {
  server = await startTestDatabase();
  owner = postgres(server.ownerUrl, { max: 1, onnotice: () => {} });
  const { ownerUrl, ingestUrl } = server;
  const { nowUs } = await ingestDataset(dataset, { ownerUrl, ingestUrl, seriesCap: SERIES_CAP });
  const post = servePosts(usageRoutes, server.open("app"), () => nowUs);
  ask = async (_method, path, document) => {
    const { status, body } = await post(path, document);
    expect([status, body]).toEqual([200, body]);
    return JSON.stringify(body);
  };
});
afterAll(async () => {
  await owner?.end();
  await server?.stop();
});

const isOther = ({ group }: UsageRow): boolean => Object.values(group).includes("__other__");
/** By tenant: whether one of its series lost what a dimension stands for, as the table has it. */
const losersOf = async (column: "template" | "consumer"): Promise<Map<string, boolean>> => {
  const rows = await owner<{ tenant: string; lost: boolean }[]>`
    select tenant_id as tenant, coalesce(bool_or(${owner(column)} = '__other__'), false) as lost
    from usage_series where role = 'server' group by 1`;
  return new Map(rows.map(({ tenant, lost }) => [tenant, lost]));
};

it("loses consumers of more tenants than templates, and nothing of some", async () => {
  const [templates, consumers] = [await losersOf("template"), await losersOf("consumer")];
  const count = (lost: ReadonlyMap<string, boolean>) => [...lost.values()].filter((one) => one).length;
  expect(count(templates)).toBeGreaterThan(0);
  expect(count(consumers)).toBeGreaterThan(count(templates));
  expect(consumers.size).toBeGreaterThan(count(consumers));
});

it("answers by what no bound takes as plain SQL does, and says nothing of a bound", async () => {
  const wide: Question[] = [
    { ...all, groupBy: [], histogram: true },
    { ...all, groupBy: ["tenant.id", "service.name", "role"], histogram: true },
    { ...all, groupBy: ["tenant.id", "http.response.status_code"], window: "hour", timeZone: "Asia/Kolkata" },
  ];
  const drawn = Array.from({ length: 1_000 }, (_, i) => randomQuestion(dataset, new Random(SEED, "cap", i)));
  const kept = drawn.filter(
    ({ groupBy, filter }) => ![...groupBy, ...namesOf(filter)].some((name) => FOLDED.includes(name)),
  );
  for (const one of [...wide, ...kept.slice(0, QUESTIONS)]) {
    const question = { ...one, asLink: false };
    const answer = await answerOf(ask, question);
    expect(await faultsOf(owner, question, answer), JSON.stringify(question)).toEqual([]);
    expect(answer.meta.capped.otherSeries, JSON.stringify(question)).toBe(false);
  }
});

it("counts consumers that lost their names within the error that it states", async () => {
  const question: Question = { ...all, groupBy: ["tenant.id"] };
  const { rows, meta } = await answerOf(ask, question);
  expect(meta.uniqueConsumersStandardError).toBe(SKETCH_STANDARD_ERROR);
  expect(await faultsOf(owner, question, { rows, meta })).toEqual([]);
  const most = Math.max(...rows.map(({ uniqueConsumers = 0 }) => uniqueConsumers));
  expect(most).toBeGreaterThan(50);
  for (const factor of [0.9, 1.1]) {
    const off = rows.map((row) =>
      row.uniqueConsumers === most ? { ...row, uniqueConsumers: Math.round(most * factor) } : row,
    );
    expect(await faultsOf(owner, question, { rows: off, meta })).toHaveLength(1);
  }
});

it.each(FOLDED)(
  "adds up over %s to what plain SQL counts, and says that some is `__other__`",
  async (over) => {
    const question: Question = {
      ...{ ...all, histogram: true },
      groupBy: ["tenant.id", "service.name", "http.response.status_class", over],
    };
    const { rows, meta } = await answerOf(ask, question);
    expect(meta.capped.otherSeries).toBe(true);
    expect(await addedFaults(owner, question, rows, over)).toEqual([]);
    expect(await namedFaults(owner, question, rows)).toEqual([]);
    const named = rows.filter((row) => !isOther(row));
    expect(named.length).toBeGreaterThan(0);
    expect(named.length).toBeLessThan(rows.length);
    // Without what was taken from them they do not add up, and no group has what is not its own.
    expect(await addedFaults(owner, question, named, over)).not.toEqual([]);
    const [largest, ...others] = named.toSorted((a, b) => b.requests - a.requests) as [
      UsageRow,
      ...UsageRow[],
    ];
    const off = { ...largest, requests: largest.requests + 10_000 };
    expect(await addedFaults(owner, question, [...rows, off], over)).toHaveLength(1);
    expect(await namedFaults(owner, question, [off, ...others])).toHaveLength(1);
  },
);

it("says of each tenant whether a bound was reached where it is grouped or filtered by what that takes", async () => {
  const dimensions = { template: "url.template", consumer: "consumer.fingerprint" } as const;
  for (const column of ["template", "consumer"] as const)
    for (const [tenant, lost] of await losersOf(column)) {
      const ofTenant = { dimension: "tenant.id", eq: tenant };
      const asked: Question[] = [
        { ...all, groupBy: [dimensions[column]], filter: ofTenant },
        {
          ...{ ...all, groupBy: [] },
          filter: { and: [ofTenant, { not: { dimension: dimensions[column], eq: "nothing has this" } }] },
        },
      ];
      for (const question of asked) {
        const { meta } = await answerOf(ask, question);
        expect([question, meta.capped.otherSeries]).toEqual([question, lost]);
      }
    }
});
