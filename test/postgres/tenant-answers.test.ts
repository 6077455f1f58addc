import { moveTenants } from "@masthead/api/features/tenants/index";
import { rollUpUsage } from "@masthead/api/features/usage/index";
import type { Page } from "@masthead/shared/http/page";
import {
  type TenantAttribution,
  tenantAttributionSchema,
  type UnknownConsumer,
} from "@masthead/shared/http/tenant-resource";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeBatch, NOON_US } from "./support/batches.js";
import { commit } from "./support/ingest.js";
import { tenantPrincipal } from "./support/principals.js";
import { fingerprint, startTenants, type TestTenants } from "./support/tenants.js";

const UNKNOWN = "unattributed";
const [ONE, TWO, THREE] = [1, 2, 3].map(fingerprint) as [string, string, string];
const DAY_US = 86_400_000_000;

let tenants: TestTenants;
beforeAll(async () => {
  tenants = await startTenants(NOON_US);
});
afterAll(() => tenants?.server.stop());
beforeEach(() => tenants.reset());

const attribution = async (id: string, query = ""): Promise<TenantAttribution> => {
  const response = await tenants.request("GET", `/v1/tenants/${id}/attribution${query}`);
  expect(response.status).toBe(200);
  return tenantAttributionSchema.parse(await response.json());
};
const unknown = async (query = ""): Promise<Page<UnknownConsumer>> => {
  const response = await tenants.request("GET", `/v1/tenants/unattributed/consumers${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Page<UnknownConsumer>;
};
const exchanges = (count: number, over: Record<string, unknown>) => Array.from({ length: count }, () => over);

describe("what is attributed how", () => {
  it("is told by source, with the progress of what is under way", async () => {
    const sent = [
      ...exchanges(5, { tenant: "acme", consumer: TWO }),
      ...exchanges(3, { tenant: UNKNOWN, consumer: ONE }),
      ...exchanges(2, { tenant: ONE, timeUs: NOON_US - 2 * DAY_US }),
      ...exchanges(4, { tenant: UNKNOWN, consumer: ONE, connection: 1 }),
    ];
    await commit(tenants.ingest, [makeBatch({ seq: 1, exchanges: sent })]);
    await tenants.put("acme", { fingerprints: [ONE] });
    await commit(tenants.ingest, [
      makeBatch({ seq: 2, exchanges: exchanges(7, { tenant: UNKNOWN, consumer: ONE }) }),
    ]);
    const before = await attribution("acme");
    expect(before).toMatchObject({
      requests: 12,
      sources: { policy: 5, ingest: 7, move: 0 },
      fingerprints: [{ fingerprint: ONE, ingest: 7, move: 0 }],
      moves: [{ fingerprint: ONE, finishedAt: null, days: { done: 0, left: null }, requests: 0 }],
      range: { from: "2026-05-16T00:00:00.000000Z", to: "2026-06-16T00:00:00.000000Z" },
    });
    await moveTenants(tenants.ingest, NOON_US, { steps: 2, rowsPerStep: 100 });
    expect(await attribution("acme")).toMatchObject({
      requests: 15,
      sources: { policy: 5, ingest: 7, move: 3 },
      moves: [{ days: { done: 1, left: 2 }, requests: 3, exchanges: 7 }],
    });
    await moveTenants(tenants.ingest, NOON_US);
    await rollUpUsage(tenants.ingest, NOON_US + DAY_US);
    expect(await attribution("acme")).toMatchObject({
      requests: 17,
      sources: { policy: 5, ingest: 7, move: 5 },
      fingerprints: [{ fingerprint: ONE, ingest: 7, move: 5 }],
      moves: [
        {
          finishedAt: "2026-06-15T12:00:00.000000Z",
          days: { done: 3, left: 0 },
          requests: 5,
          exchanges: 9,
        },
      ],
    });
    const early = await attribution("acme", "?from=2026-06-13T05:00:00Z&to=2026-06-13T06:00:00Z");
    expect(early).toMatchObject({ requests: 2, sources: { policy: 0, ingest: 0, move: 2 } });
  });

  it("is told of tenants that are known", async () => {
    expect((await tenants.request("GET", "/v1/tenants/nobody/attribution")).status).toBe(404);
    const backwards = "?from=2026-06-13T05:00:00Z&to=2026-06-12T06:00:00Z";
    expect((await tenants.request("GET", `/v1/tenants/nobody/attribution${backwards}`)).status).toBe(400);
  });

  it("marks reports of both sides as owed anew", async () => {
    await commit(tenants.ingest, [
      makeBatch({ seq: 1, exchanges: [{ tenant: UNKNOWN, consumer: ONE }, { tenant: "acme" }] }),
    ]);
    await tenants.owner.sql`update usage_changes set day_due = false, month_due = false`;
    await tenants.put("acme", { fingerprints: [ONE] });
    await moveTenants(tenants.ingest, NOON_US);
    const owed = await tenants.owner.sql`
      select tenant_id from usage_changes where day_due and month_due order by tenant_id`;
    expect(owed.map((row) => row["tenant_id"])).toEqual(["acme", UNKNOWN]);
  });
});

describe("unknown consumers", () => {
  beforeEach(() =>
    commit(tenants.ingest, [
      makeBatch({
        seq: 1,
        exchanges: [
          ...exchanges(2, { tenant: UNKNOWN, consumer: ONE }),
          ...exchanges(3, { tenant: TWO }),
          ...exchanges(3, { tenant: UNKNOWN, consumer: THREE }),
          ...exchanges(1, { tenant: UNKNOWN }),
          ...exchanges(9, { tenant: "acme", consumer: ONE }),
          ...exchanges(9, { tenant: UNKNOWN, consumer: ONE, connection: 1 }),
        ],
      }),
    ]),
  );
  const all = [
    { fingerprint: TWO, requests: 3, services: ["web"] },
    { fingerprint: THREE, requests: 3, services: ["web"] },
    { fingerprint: ONE, requests: 2, services: ["web"] },
    { fingerprint: null, requests: 1, services: ["web"] },
  ];

  it("come with the most requests first, page by page", async () => {
    expect((await unknown()).items).toEqual(all);
    const found: UnknownConsumer[] = [];
    let query = "?limit=1";
    for (;;) {
      const { items, nextCursor } = await unknown(query);
      found.push(...items);
      if (nextCursor === null) break;
      query = `?limit=1&cursor=${nextCursor}`;
    }
    expect(found).toEqual(all);
    expect((await unknown("?from=2026-06-10T00:00:00Z&to=2026-06-11T00:00:00Z")).items).toEqual([]);
  });

  it("are none once they are registered and have followed", async () => {
    await tenants.put("acme", { fingerprints: [ONE, TWO] });
    await moveTenants(tenants.ingest, NOON_US);
    expect((await unknown()).items).toEqual([all[1], all[3]]);
  });

  it("are not shown to a tenant, nor is what others are attributed", async () => {
    await tenants.put("acme", {});
    const asked = (path: string) => tenants.requestAs(tenantPrincipal("acme"), "GET", path);
    const seen = (await (await asked("/v1/tenants/unattributed/consumers")).json()) as Page<UnknownConsumer>;
    expect(seen.items).toEqual([]);
    expect((await asked("/v1/tenants/acme/attribution")).status).toBe(200);
    expect((await asked(`/v1/tenants/${UNKNOWN}/attribution`)).status).toBe(404);
    expect((await asked(`/v1/tenants/${UNKNOWN}`)).status).toBe(404);
    expect((await asked("/v1/tenants/nobody/attribution")).status).toBe(404);
  });
});
