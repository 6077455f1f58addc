import { moveTenants } from "@masthead/api/features/tenants/index";
import {
  ensureUsagePartitions,
  maintainUsage,
  moveUsage,
  rollUpUsage,
  usageRoutes,
} from "@masthead/api/features/usage/index";
import { ensurePartition } from "@masthead/api/platform/db/partitions.store";
import { NO_TENANT } from "@masthead/api/platform/db/scope";
import type { UsageRow } from "@masthead/shared/http/usage-schema";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serve } from "./support/api.js";
import { makeBatch } from "./support/batches.js";
import { commit } from "./support/ingest.js";
import { expectedAfterMoves, ONE, partsToMove, rolledUpWrong, THREE, TWO } from "./support/moved-usage.js";
import { startTenants, type TestTenants } from "./support/tenants.js";
import { bookParts, DAY, daysOf, manyParts, NOW, part } from "./support/usage-parts.js";
import { resetHorizon } from "./support/usage-state.js";
import { wrongSummaries } from "./support/wrong-summaries.js";

const UNKNOWN = "unattributed";
const NOW_US = NOW * 1e6;

let tenants: TestTenants;
let usage: ReturnType<typeof serve>;
beforeAll(async () => {
  tenants = await startTenants(NOW_US);
  usage = serve(usageRoutes, tenants.server.open("app"), () => NOW_US);
});
afterAll(() => tenants?.server.stop());
beforeEach(async () => {
  await tenants.reset();
  await resetHorizon(tenants.owner);
  await ensureUsagePartitions(tenants.ingest, daysOf(manyParts(400)));
});

const RANGE = "from=2026-10-01T00:00:00Z&to=2026-12-01T00:00:00Z";
const ask = async (query: string): Promise<UsageRow[]> => {
  const { status, body } = await usage(`/v1/usage?${RANGE}&filter[role]=server,client&limit=1000&${query}`);
  expect(body, JSON.stringify(body)).toHaveProperty("items");
  expect(status).toBe(200);
  return (body as { items: UsageRow[] }).items;
};
/** What usage says of all tenants together: it may not change while rows move. */
const overall = async () => [
  ...(await ask("window=total")),
  ...(await ask("window=day&groupBy=url.template,x-model-id")),
];
const ofTenants = async () =>
  Object.fromEntries(
    (await ask("window=total&groupBy=tenant.id")).map((row) => [row.group["tenant.id"], row.requests]),
  );

const register = async () => {
  await tenants.put("acme", { fingerprints: [ONE] });
  await tenants.put("globex", { fingerprints: [TWO, THREE] });
};

const steps = async (rowsPerStep: number, each: () => Promise<void>): Promise<number> => {
  for (let done = 0; ; done++) {
    if ((await moveTenants(tenants.ingest, NOW_US, { steps: 1, rowsPerStep })) === 0) return done;
    await each();
  }
};

describe("what was counted before a fingerprint was registered", () => {
  const months = { minute: 35, quarter: 400, day: 1_826, month: null };
  it.each([
    ["is held in minutes", async () => {}],
    ["is rolled up", () => rollUpUsage(tenants.ingest, (NOW + 40 * DAY) * 1e6)],
    [
      "is held in quarter-hours",
      async () => {
        await rollUpUsage(tenants.ingest, (NOW + 40 * DAY) * 1e6);
        await maintainUsage(tenants.ingest, (NOW + 60 * DAY) * 1e6, months);
      },
    ],
    [
      "is held in days",
      async () => {
        await rollUpUsage(tenants.ingest, (NOW + 40 * DAY) * 1e6);
        await maintainUsage(tenants.ingest, (NOW + 100 * DAY) * 1e6, { ...months, quarter: 40 });
      },
    ],
  ])(
    "follows to its tenant, and all together stays the same after every step, where it %s",
    async (_, prepare) => {
      const list = partsToMove();
      await bookParts(tenants.ingest, list);
      await prepare();
      const before = await overall();
      await register();
      const done = await steps(60, async () => {
        expect(await overall()).toEqual(before);
      });
      expect(done).toBeGreaterThan(4);
      expect(await ofTenants()).toEqual(expectedAfterMoves(list));
      await rollUpUsage(tenants.ingest, (NOW + 40 * DAY) * 1e6);
      expect(await overall()).toEqual(before);
      expect(await ofTenants()).toEqual(expectedAfterMoves(list));
      expect(await rolledUpWrong(tenants.owner)).toEqual([]);
      expect(await wrongSummaries(tenants.owner)).toEqual([]);
      const left = await tenants.owner.sql`
      select tenant_id, consumer from usage_series
      where tenant_id like 'fp:%' or tenant_id = ${UNKNOWN} and consumer is not null`;
      expect(left).toEqual([]);
      const listed = await tenants.request("GET", "/v1/tenants");
      const { items } = (await listed.json()) as { items: { id: string }[] };
      expect(items.map(({ id }) => id)).toEqual(["acme", "globex", UNKNOWN]);
    },
  );

  it("follows whole where no more than months is held", async () => {
    const list = partsToMove();
    await bookParts(tenants.ingest, list);
    await rollUpUsage(tenants.ingest, (NOW + 40 * DAY) * 1e6);
    await maintainUsage(tenants.ingest, (NOW + 200 * DAY) * 1e6, {
      minute: 35,
      quarter: 35,
      day: 35,
      month: null,
    });
    const held = async () => {
      const rows = await tenants.owner.sql<{ id: string; n: number }[]>`
        select tenant_id as id, sum(requests)::int as n from usage_month group by 1`;
      return Object.fromEntries(rows.map(({ id, n }) => [id, n]));
    };
    expect(await tenants.owner.sql`select from usage_day`).toHaveLength(0);
    await register();
    await moveTenants(tenants.ingest, NOW_US);
    expect(await held()).toEqual(expectedAfterMoves(list));
  });

  it("is folded where its tenant's minute has no room, with a sketch of who it was", async () => {
    const windowStart = NOW - (NOW % 60);
    const list = Array.from({ length: 12 }, (_, n) =>
      part({ windowStart, tenant: UNKNOWN, consumer: n % 2 ? ONE : TWO, template: `/${n}`, requests: n + 1 }),
    );
    await bookParts(tenants.ingest, list);
    const moves = [ONE, TWO].map((fingerprint) => ({ fingerprint, tenantId: "acme" }));
    const day = NOW - (NOW % DAY);
    const moved = await tenants.ingest.transaction(NO_TENANT, ({ sql }) =>
      moveUsage(sql, moves, { day, limit: 100, seriesCap: 8 }),
    );
    expect(moved).toEqual({
      rows: 12,
      from: day,
      requests: new Map([
        [ONE, 42],
        [TWO, 36],
      ]),
    });
    const held = await tenants.owner.sql`
      select consumer, sum(requests)::int as requests, count(*)::int as series, max(cardinality(consumers)) as sketched
      from usage_minute join usage_series using (tenant_id, series_id) where tenant_id = 'acme' group by 1`;
    expect(held.reduce((sum, row) => sum + row["requests"], 0)).toBe(78);
    expect(held.reduce((sum, row) => sum + row["series"], 0)).toBeLessThanOrEqual(9);
    expect(held.find((row) => row["consumer"] === "__other__")?.["sketched"]).toBeGreaterThan(0);
    expect(await tenants.owner.sql`select from usage_minute where tenant_id = ${UNKNOWN}`).toHaveLength(0);
  });

  it("leaves the count of series of each minute right", async () => {
    await bookParts(tenants.ingest, partsToMove());
    await register();
    await moveTenants(tenants.ingest, NOW_US);
    const wrong = await tenants.owner.sql`
      select * from usage_windows w full join (
        select tenant_id, bucket, count(*) as held from usage_minute group by 1, 2) m using (tenant_id, bucket)
      where w.series is distinct from m.held`;
    expect(wrong).toEqual([]);
  });

  it("goes on where it was cut short, and several at it do not double it", async () => {
    const list = partsToMove();
    await bookParts(tenants.ingest, list);
    const before = await overall();
    await register();
    await moveTenants(tenants.ingest, NOW_US, { steps: 3, rowsPerStep: 20 });
    const cut = tenants.server.open("ingest");
    const [pid] = await cut.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const dying = moveTenants(cut, NOW_US, { steps: 50, rowsPerStep: 1 }).catch(() => "cut");
    await tenants.owner.sql`select pg_terminate_backend(${pid?.pid ?? 0})`;
    await dying;
    expect(await overall()).toEqual(before);
    const movers = [1, 2, 3].map(() => tenants.server.open("ingest"));
    await Promise.all(movers.map((mover) => moveTenants(mover, NOW_US, { steps: 500, rowsPerStep: 7 })));
    await moveTenants(tenants.ingest, NOW_US);
    expect(await ofTenants()).toEqual(expectedAfterMoves(list));
    expect(await overall()).toEqual(before);
  });

  it("is whole in every snapshot while drains book, roll up and move", async () => {
    const at = (n: number) => (NOW - (n % 3) * DAY - 3_600 * (n % 5)) * 1e6;
    for (const days of [0, 1, 2, 3]) {
      const day = new Date((NOW - days * DAY) * 1000).toISOString().slice(0, 10);
      await ensurePartition(tenants.ingest.sql, "exchanges", day);
    }
    const exchanges = Array.from({ length: 60 }, (_, n) => ({
      timeUs: at(n),
      ...[{ tenant: UNKNOWN, consumer: ONE }, { tenant: TWO }, { tenant: UNKNOWN }, { tenant: "acme" }][
        n % 4
      ],
    }));
    let booking = true;
    const drains = [0, 1].map(async (agent) => {
      const drain = tenants.server.open("ingest");
      for (let seq = 1; seq <= 15; seq++) {
        await commit(drain, [makeBatch({ agentId: `agent-${agent}`, seq, exchanges })], NOW_US);
        if (seq === 5 && agent === 0) await register();
        await rollUpUsage(drain, (NOW + 40 * DAY) * 1e6);
        await moveTenants(drain, NOW_US, { steps: 4, rowsPerStep: 10 });
      }
    });
    let snapshots = 0;
    const reader = tenants.server.open("owner");
    const reading = async () => {
      while (booking) {
        const [seen] = await reader.sql`
          select (select coalesce(sum(usage_requests), 0) from batches)::int as sent,
            (select coalesce(sum(requests), 0) from usage_minute)::int as minutes,
            (select count(*) from exchanges)::int as exchanges`;
        expect([seen?.["minutes"], seen?.["exchanges"]]).toEqual([seen?.["sent"], seen?.["sent"]]);
        snapshots++;
      }
    };
    const watching = reading();
    await Promise.all(drains);
    booking = false;
    await watching;
    expect(snapshots).toBeGreaterThan(5);
    await moveTenants(tenants.ingest, NOW_US);
    const quarter = (60 * 15 * 2) / 4;
    expect(await ofTenants()).toEqual({ acme: 2 * quarter, globex: quarter, [UNKNOWN]: quarter });
    const moved = await tenants.owner.sql<{ id: string; n: number }[]>`
      select tenant_id as id, count(*)::int as n from exchanges group by 1`;
    expect(Object.fromEntries(moved.map(({ id, n }) => [id, n]))).toEqual(await ofTenants());
    await rollUpUsage(tenants.ingest, (NOW + 40 * DAY) * 1e6);
    expect(await rolledUpWrong(tenants.owner)).toEqual([]);
    expect(await wrongSummaries(tenants.owner)).toEqual([]);
  });
});
