import { maintainUsage, rollUpUsage } from "@masthead/api/features/usage/index";
import type { TenantItem } from "@masthead/shared/http/tenant-resource";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Reporting, startReporting } from "./support/reporting.js";
import { bookParts, DAY, manyParts, NOW, part, TENANTS } from "./support/usage-parts.js";

let reporting: Reporting;
beforeAll(async () => {
  reporting = await startReporting();
});
afterAll(() => reporting?.server.stop());
beforeEach(() => reporting.reset());

const book = (parts: UsagePart[]) => bookParts(reporting.ingest, parts);

describe("tenants", () => {
  const page = async (query: string) =>
    (await (await reporting.get(`/v1/tenants${query}`)).json()) as {
      items: TenantItem[];
      nextCursor: string | null;
    };

  it("are all those that were seen, page by page", async () => {
    await book(manyParts(300));
    const found: TenantItem[] = [];
    let query = "?limit=3";
    for (;;) {
      const { items, nextCursor } = await page(query);
      found.push(...items);
      if (nextCursor === null) break;
      query = `?limit=3&cursor=${nextCursor}`;
    }
    expect(found.map(({ id }) => id).sort()).toEqual([...TENANTS].sort());
    expect((await reporting.get("/v1/tenants?cursor=abc")).status).toBe(400);
  });

  it("say since when, until when and how much, also when minutes are no longer held", async () => {
    const at = (text: string) => Date.parse(text) / 1000;
    const parts = [
      part({ windowStart: at("2026-11-01T00:01:10Z"), requests: 3 }),
      part({ windowStart: at("2026-11-22T05:50:00Z"), requests: 4, policy: 1 }),
      part({ windowStart: at("2026-11-23T12:06:50Z"), requests: 5 }),
      part({ windowStart: at("2026-11-23T12:07:50Z"), requests: 9, role: "client" }),
    ];
    await book(parts);
    const seen = (firstSeenAt: string, lastSeenAt: string) => ({
      items: [
        {
          ...{ id: "acme", name: null, labels: {}, fingerprints: [], registered: false },
          ...{ firstSeenAt, lastSeenAt, requests: 12 },
        },
      ],
      nextCursor: null,
    });
    const byMinutes = seen("2026-11-01T00:01:00.000000Z", "2026-11-23T12:07:00.000000Z");
    expect(await page("")).toEqual(byMinutes);
    await rollUpUsage(reporting.ingest, NOW * 1e6);
    expect(await page("")).toEqual(byMinutes);
    await rollUpUsage(reporting.ingest, (NOW + DAY) * 1e6);
    expect(await page("")).toEqual(byMinutes);
    await maintainUsage(reporting.ingest, (NOW + 60 * DAY) * 1e6);
    expect(await page("")).toEqual(seen("2026-11-01T00:00:00.000000Z", "2026-11-23T12:00:00.000000Z"));
  });
});
