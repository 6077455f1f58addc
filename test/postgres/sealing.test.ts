import { createHash } from "node:crypto";
import { sealReports } from "@masthead/api/features/sealing/index";
import { canonicalJson } from "@masthead/shared/canonical-json";
import { reportAnswerSchema } from "@masthead/shared/http/report-schema";
import { sealedReportSchema } from "@masthead/shared/http/sealed-report-schema";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type SealingTest, startSealing } from "./support/sealing.js";

const NOW = "2026-11-23T12:00:00Z";
let test: SealingTest;
let tenant: string;
let count = 0;
beforeAll(async () => {
  test = await startSealing(NOW);
});
afterAll(() => test?.server.stop());
beforeEach(async () => {
  count += 1;
  tenant = `tenant-${count}`;
  test.clock.now = Date.parse(NOW) / 1000;
  await test.forgetRuns();
});

const reportPath = (period: string) => `/v1/tenants/${tenant}/reports/${period}`;
const read = async (path: string, headers?: Record<string, string>) => {
  const response = await test.request("GET", path, headers);
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    response,
    bytes,
    report: () => z.union([sealedReportSchema, reportAnswerSchema]).parse(JSON.parse(bytes.toString())),
  };
};
const versions = async () => {
  const response = await test.request("GET", `/v1/tenants/${tenant}/reports?limit=1000`);
  const { items } = (await response.json()) as { items: { period: string; version: number }[] };
  return items.map(({ period, version }) => `${period} v${version}`);
};
const alive = (completeUntil: string, over: Partial<Parameters<SealingTest["run"]>[0]> = {}) =>
  test.run({ agentId: "agent-1", completeUntil, lastSeen: NOW, ...over });

describe("a period", () => {
  it("is sealed once it has ended and every agent is complete until past its end", async () => {
    await test.book(tenant, "2026-11-22T10:00:00Z", { requests: 3 });
    await test.book(tenant, "2026-11-23T10:00:00Z");
    await alive("2026-11-22T23:59:59Z");
    await test.seal();
    expect(await versions()).toEqual([]);
    expect((await read(reportPath("2026-11-22"))).report()).toMatchObject({ status: "provisional" });

    await alive("2026-11-23T00:00:00Z");
    await test.run({ agentId: "agent-2", completeUntil: "2026-11-22T12:00:00Z", lastSeen: NOW });
    await test.seal();
    expect(await versions()).toEqual([]);

    await test.run({ agentId: "agent-2", completeUntil: "2026-11-23T00:01:00Z", lastSeen: NOW });
    expect(await test.seal()).toMatchObject({ sealed: 1, failed: 0 });
    expect(await versions()).toEqual(["2026-11-22 v1"]);
    expect(await test.seal()).toMatchObject({ sealed: 0, restated: 0 });
    const { report } = await read(reportPath("2026-11-22"));
    expect(report()).toMatchObject({
      status: "sealed",
      version: 1,
      totals: { requests: 3 },
      meta: { completeUntil: "2026-11-23T00:00:00.000000Z", completeness: { gaps: [], pending: 0 } },
    });
    expect((await read(reportPath("2026-11-23"))).report().status).toBe("provisional");
  });

  it("waits for what an agent has batched and not delivered, and names the gap when a day has gone", async () => {
    await test.book(tenant, "2026-11-20T10:00:00Z");
    const left = {
      epoch: 1_000,
      completeUntil: "2026-11-20T12:00:00Z",
      batched: 7,
      committed: 4,
      final: true,
    };
    await alive("2026-11-20T12:00:00Z", { ...left, lastSeen: "2026-11-22T12:30:00Z" });
    await alive("2026-11-23T11:59:00Z", { epoch: 2_000 });
    await test.seal();
    expect(await versions()).toEqual([]);
    test.clock.now += 3_600;
    await test.seal();
    expect(await versions()).toEqual(["2026-11-20 v1"]);
    expect((await read(reportPath("2026-11-20"))).report().meta).toMatchObject({
      completeUntil: "2026-11-20T12:00:00.000000Z",
      completeness: {
        pending: 3,
        gaps: [
          {
            from: "2026-11-20T12:00:00.000000Z",
            to: "2026-11-21T00:00:00.000000Z",
            reason: "agent/undelivered",
          },
        ],
      },
    });
  });

  it("is not held back for ever by an agent that is silent, whose gap is cut to the period", async () => {
    await test.book(tenant, "2026-11-21T10:00:00Z");
    await alive("2026-11-21T09:00:00Z", { lastSeen: "2026-11-21T09:00:01Z" });
    test.clock.now = Date.parse("2026-11-22T08:59:00Z") / 1000;
    await test.seal();
    expect(await versions()).toEqual([]);
    test.clock.now = Date.parse("2026-11-22T09:01:00Z") / 1000;
    await test.seal();
    expect(await versions()).toEqual(["2026-11-21 v1"]);
    expect((await read(reportPath("2026-11-21"))).report().meta.completeness.gaps).toEqual([
      {
        from: "2026-11-21T09:00:00.000000Z",
        to: "2026-11-22T00:00:00.000000Z",
        reason: "agent/silent",
      },
    ]);
  });

  it("may be a month", async () => {
    await test.book(tenant, "2026-10-31T23:59:50Z", { requests: 2 });
    await test.book(tenant, "2026-10-01T00:00:00Z", { requests: 5 });
    await test.seal();
    expect(await versions()).toEqual(["2026-10-31 v1", "2026-10-01 v1", "2026-10 v1"]);
    expect((await read(reportPath("2026-10"))).report().totals.requests).toBe(7);
  });
});

describe("closed is closed", () => {
  it("holds canonical JSON and its hash, which nobody can change", async () => {
    await test.book(tenant, "2026-11-22T10:00:00Z");
    await test.seal();
    const [row] = await test.owner.sql`
      select document, sha256 from sealed_reports where tenant_id = ${tenant} and period = '2026-11-22'`;
    const text = String(row?.["document"]);
    expect(text).toBe(canonicalJson(JSON.parse(text)));
    expect(createHash("sha256").update(text).digest()).toEqual(row?.["sha256"]);
    for (const change of [
      "update sealed_reports set sealed_at_us = 0",
      "delete from sealed_reports",
      "truncate sealed_reports",
    ])
      await expect(test.owner.sql.unsafe(change)).rejects.toThrow("a sealed report never changes");
    for (const role of ["app", "ingest"] as const)
      for (const change of ["update sealed_reports set version = 9", "delete from sealed_reports"])
        await expect(test.server.open(role).sql.unsafe(change)).rejects.toThrow("permission denied");
    await expect(
      test.owner.sql`insert into sealed_reports values (${tenant}, '2026-11-22', 2, '\\x00', '\\x00', 0)`,
    ).rejects.toThrow("check constraint");
  });

  it("makes the same bytes of the same data, whenever and however often it is sealed", async () => {
    await alive("2026-11-20T12:00:00Z", { lastSeen: "2026-11-21T12:00:00Z" });
    for (const hour of [10, 11, 22]) await test.book(tenant, `2026-11-20T${hour}:00:00Z`, { requests: hour });
    await test.seal();
    const first = (await read(reportPath("2026-11-20"))).bytes;
    await test.owner.sql`alter table sealed_reports disable trigger sealed_reports_stay`;
    await test.owner.sql`delete from sealed_reports where tenant_id = ${tenant}`;
    await test.owner.sql`alter table sealed_reports enable trigger sealed_reports_stay`;
    await test.owner.sql`update usage_changes set day_due = true where tenant_id = ${tenant}`;
    test.clock.now += 40 * 86_400;
    await test.seal();
    const second = (await read(reportPath("2026-11-20"))).bytes;
    expect(second.toString()).toBe(first.toString());
    expect(first.toString()).toContain('"version":1');
  });

  it("restates what comes late, and names what it corrects", async () => {
    await test.book(tenant, "2026-11-22T10:00:00Z", { requests: 3, errors: 1 });
    await test.seal();
    const before = await read(reportPath("2026-11-22"));
    await test.book(tenant, "2026-11-22T10:00:10Z", { requests: 2 });
    await test.book(tenant, "2026-11-22T23:59:50Z", { requests: 1 });
    expect((await read(reportPath("2026-11-22"))).bytes).toEqual(before.bytes);
    expect(await test.seal()).toMatchObject({ restated: 1 });
    expect(await versions()).toEqual(["2026-11-22 v2", "2026-11-22 v1"]);
    const after = await read(reportPath("2026-11-22"));
    expect(after.report()).toMatchObject({
      status: "restated",
      version: 2,
      totals: { requests: 6, errors: 1 },
      corrects: {
        version: 1,
        sha256: createHash("sha256").update(before.bytes).digest("hex"),
        totals: { requests: 3, errors: 1 },
        changes: { requests: 3, errors: 0, requestBytes: 200, responseBytes: 2_000 },
      },
    });
    expect((await read(`${reportPath("2026-11-22")}?version=1`)).bytes).toEqual(before.bytes);
  });

  it("waits with a restatement until the agent that came back is complete again", async () => {
    await test.book(tenant, "2026-11-21T10:00:00Z");
    await alive("2026-11-21T09:00:00Z", { lastSeen: "2026-11-21T09:00:01Z" });
    await test.seal();
    await test.book(tenant, "2026-11-21T09:30:00Z", { requests: 4 });
    await alive("2026-11-21T10:00:00Z");
    await test.seal();
    expect(await versions()).toEqual(["2026-11-21 v1"]);
    await test.book(tenant, "2026-11-21T19:30:00Z", { requests: 4 });
    await alive("2026-11-23T10:00:00Z");
    await test.seal();
    expect(await versions()).toEqual(["2026-11-21 v2", "2026-11-21 v1"]);
    expect((await read(reportPath("2026-11-21"))).report()).toMatchObject({
      totals: { requests: 9 },
      meta: { completeness: { gaps: [] } },
    });
  });

  it("makes no version of what changes nothing that the report says", async () => {
    await test.book(tenant, "2026-11-22T10:00:00Z");
    await test.seal();
    await test.book(tenant, "2026-11-22T10:00:00Z", { role: "client" });
    expect(await test.seal()).toMatchObject({ unchanged: 1, restated: 0 });
    expect(await versions()).toEqual(["2026-11-22 v1"]);
  });

  it("seals nothing that is not rolled up", async () => {
    await test.book(tenant, "2026-11-22T10:00:00Z");

    expect(await sealReports(test.sealingDeps(), 60_000)).toMatchObject({ sealed: 0, waiting: 1 });
    expect(await test.seal()).toMatchObject({ sealed: 1 });
  });
});
