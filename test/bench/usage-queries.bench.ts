import postgres from "postgres";
import { afterEach, expect, test } from "vitest";
import { startControlPlane } from "../postgres/support/control-plane.js";
import { Cleanup } from "../support/cleanup.js";
import { DATASETS } from "../support/dataset/datasets.js";
import { ingestDataset } from "../support/dataset/ingest.js";
import { tellProgress } from "../support/dataset/progress.js";
import { planDataset } from "../support/dataset/schedule.js";
import { benchSettings } from "./support/settings.js";
import { factor } from "./support/usage-figures.js";
import { timeUsage, type UsageSpeed } from "./support/usage-speed.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const [MARCH] = DATASETS;

test("usage from roll-ups, beside the same questions put to the raw exchanges", async () => {
  const { exchanges: sizes, tries } = benchSettings();
  const all: UsageSpeed[] = [];
  for (const exchanges of sizes) all.push(await measure(exchanges, tries));
  const [least, most] = [all[0], all.at(-1)] as [UsageSpeed, UsageSpeed];
  if (least !== most)
    console.log(`from ${least.exchanges} to ${most.exchanges} exchanges (${(most.exchanges / least.exchanges).toFixed(1)} times as many)
  top ten        takes ${factor(most.topTen, least.topTen).toFixed(1)} times as long
  tenant report  takes ${factor(most.report, least.report).toFixed(1)} times as long`);
});

const measure = async (asked: number, tries: number): Promise<UsageSpeed> => {
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
    // A second for each request: a key may not make all of them in one.
    plane.clock.nowUs += 1_000_000;
    const response = await plane.request(method, path, { body });
    expect(response.status).toBe(200);
    return response.text();
  };
  const speed = await timeUsage(owner, ask, { exchanges, month: MARCH.months[0] ?? "", tries });
  await cleanup.run();
  return speed;
};
