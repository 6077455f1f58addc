import { credentialsOf, lockOwners, moveTenants } from "@masthead/api/features/tenants/index";
import { bookUsage } from "@masthead/api/features/usage/index";
import { NO_TENANT } from "@masthead/api/platform/db/scope";
import type { WireExchange } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/until.js";
import { makeBatch, NOON_US } from "./support/batches.js";
import { commit } from "./support/ingest.js";
import { fingerprint, startTenants, type TestTenants } from "./support/tenants.js";

let tenants: TestTenants;
beforeAll(async () => {
  tenants = await startTenants(NOON_US);
});
afterAll(() => tenants?.server.stop());
beforeEach(() => tenants.reset());

const UNKNOWN = "unattributed";
const [ONE, TWO, THREE] = [fingerprint(1), fingerprint(2), fingerprint(3)];

/** Requests of each tenant and consumer, by usage and by exchanges. */
const counted = async () => {
  const usage = await tenants.owner.sql<{ key: string; n: number }[]>`
    select concat_ws(' ', tenant_id, consumer) as key, sum(requests)::bigint as n
    from usage_minute join usage_series using (tenant_id, series_id) group by 1`;
  const exchanges = await tenants.owner.sql<{ key: string; n: number }[]>`
    select concat_ws(' ', tenant_id, consumer) as key, count(*) as n from exchanges group by 1`;
  const asObject = (rows: readonly { key: string; n: number }[]) =>
    Object.fromEntries(rows.map(({ key, n }) => [key, n]));
  return { usage: asObject(usage), exchanges: asObject(exchanges) };
};
const both = (counts: Record<string, number>) => ({ usage: counts, exchanges: counts });

const send = (seq: number, exchanges: Partial<WireExchange>[]) =>
  commit(tenants.ingest, [makeBatch({ seq, exchanges })]);

describe("what comes without a tenant", () => {
  const mixed: Partial<WireExchange>[] = [
    { tenant: UNKNOWN, consumer: ONE },
    { tenant: UNKNOWN, consumer: TWO },
    { tenant: UNKNOWN },
    { tenant: THREE },
    { tenant: "globex", consumer: ONE },
    { tenant: "invalid", consumer: ONE },
  ];
  const expected = {
    [`acme ${ONE}`]: 1,
    [`${UNKNOWN} ${TWO}`]: 1,
    [UNKNOWN]: 1,
    [`acme ${THREE}`]: 1,
    [`globex ${ONE}`]: 1,
    [`invalid ${ONE}`]: 1,
  };

  it("is booked under the tenant whose fingerprint it came with", async () => {
    await tenants.put("acme", { fingerprints: [ONE, THREE] });
    await send(1, mixed);
    expect(await counted()).toEqual(both(expected));
  });

  it("also in a batch of which rows are refused", async () => {
    await tenants.put("acme", { fingerprints: [ONE, THREE] });
    await send(1, [...mixed, { tenant: UNKNOWN, consumer: ONE, path: "/\u0000" }]);
    const { usage, exchanges } = await counted();
    expect(exchanges).toEqual(expected);
    expect(usage).toEqual({ ...expected, [`acme ${ONE}`]: 2 });
  });

  it("is nobody's again once the fingerprint is taken from the tenant; what was counted stays", async () => {
    await tenants.put("acme", { fingerprints: [ONE] });
    await send(1, [{ tenant: UNKNOWN, consumer: ONE }]);
    await tenants.request("DELETE", `/v1/tenants/acme/fingerprints/${ONE}`);
    await send(2, [{ tenant: UNKNOWN, consumer: ONE }]);
    await moveTenants(tenants.ingest, NOON_US);
    expect(await counted()).toEqual(both({ [`acme ${ONE}`]: 1, [`${UNKNOWN} ${ONE}`]: 1 }));
  });
});

describe("a fingerprint that is registered while a batch is booked", () => {
  const batch = makeBatch({ seq: 1, exchanges: [{ tenant: UNKNOWN, consumer: ONE }] });
  const waiting = () =>
    until("somebody who waits for the registry", async () => {
      const rows = await tenants.owner.sql`select from pg_locks where locktype = 'advisory' and not granted`;
      return rows.length > 0;
    });

  it("waits for the batch, and what follows it finds what was booked", async () => {
    let registering: Promise<unknown> = Promise.resolve();
    await tenants.ingest.transaction(NO_TENANT, async (tx) => {
      expect(await lockOwners(tx, credentialsOf(batch))).toEqual(new Map());
      registering = tenants.put("acme", { fingerprints: [ONE] });
      await waiting();
      const parts = batch.usage.map((part, position) => ({ batch, part, position }));
      await bookUsage(tx.sql, parts);
    });
    await registering;
    expect((await counted()).usage).toEqual({ [`${UNKNOWN} ${ONE}`]: 1 });
    await moveTenants(tenants.ingest, NOON_US);
    expect((await counted()).usage).toEqual({ [`acme ${ONE}`]: 1 });
  });

  it("is known to a batch that waited for it", async () => {
    const app = tenants.server.open("owner");
    let committing: Promise<unknown> = Promise.resolve();
    await app.transaction(NO_TENANT, async ({ sql }) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('masthead tenants', 0))`;
      await sql`insert into tenant_fingerprints values ('acme', ${ONE}, 0)`;
      committing = commit(tenants.ingest, [batch]);
      await waiting();
    });
    await committing;
    expect(await counted()).toEqual(both({ [`acme ${ONE}`]: 1 }));
  });

  it("loses nothing, however they meet", async () => {
    const fingerprints = Array.from({ length: 8 }, (_, n) => fingerprint(100 + n));
    const drains = [tenants.server.open("ingest"), tenants.server.open("ingest")];
    const exchanges = fingerprints.flatMap((consumer): Partial<WireExchange>[] => [
      { tenant: UNKNOWN, consumer },
      { tenant: consumer },
    ]);
    const ingesting = drains.map(async (drain, agent) => {
      for (let seq = 1; seq <= 12; seq++)
        await commit(drain, [makeBatch({ agentId: `agent-${agent}`, seq, exchanges })]);
    });
    const registering = fingerprints.map(async (one, n) => {
      await until("some batches", async () => {
        const [row] = await tenants.owner.sql`select count(*)::int as n from batches`;
        return row?.["n"] > n;
      });
      await tenants.put(`t${n}`, { fingerprints: [one] });
      await moveTenants(tenants.server.open("ingest"), NOON_US);
    });
    await Promise.all([...ingesting, ...registering]);
    await moveTenants(tenants.ingest, NOON_US);
    const all = Object.fromEntries(fingerprints.map((one, n) => [`t${n} ${one}`, 2 * 12 * 2]));
    expect(await counted()).toEqual(both(all));
  });
});
