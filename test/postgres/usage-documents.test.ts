import { usageRoutes } from "@masthead/api/features/usage/index";
import type { UsagePage } from "@masthead/shared/http/usage-schema";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve, servePosts } from "./support/api.js";
import type { TestDatabase } from "./support/database.js";
import { NOW_US, PATH, range, startWithUsage } from "./support/little-usage.js";
import { tenantPrincipal } from "./support/principals.js";

let server: TestDatabase;
let post: ReturnType<typeof servePosts>;

beforeAll(async () => {
  server = await startWithUsage();
  post = servePosts(usageRoutes, server.open("app"), () => NOW_US);
});
afterAll(() => server?.stop());

const ask = async (document: object): Promise<UsagePage> => {
  const { status, body } = await post(PATH, document);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
};

describe("a question as a document", () => {
  it("is answered as the same question in a link, and the pages of one go on in the other", async () => {
    const get = serve(usageRoutes, server.open("app"), () => NOW_US);
    const document = {
      ...range,
      groupBy: ["tenant.id"],
      filter: {
        and: [
          { dimension: "tenant.id", nin: ["beta"] },
          { dimension: "url.template", prefix: "/v1" },
        ],
      },
      orderBy: [{ by: "requests" as const, direction: "asc" as const }],
      limit: 2,
    };
    const link = `/v1/usage?from=${range.from}&to=${range.to}&groupBy=tenant.id&filter[tenant.id][nin]=beta&filter[url.template][prefix]=/v1&orderBy=requests&limit=2`;
    const first = await ask(document);
    expect((await get(link)).body).toEqual(first);
    expect(first.items.map((row) => [row.group["tenant.id"], row.requests])).toEqual([
      ["=1+1", 7],
      ["gamma", 8],
    ]);
    const { body } = await get(`${link}&cursor=${first.nextCursor}`);
    const rest = await ask({ ...document, cursor: first.nextCursor });
    expect(body).toEqual(rest);
    expect(rest.items.map((row) => row.requests)).toEqual([11]);
    expect([first.meta.capped.rows, rest.meta.capped.rows]).toEqual([true, false]);
  });

  it("compares with the period before, value by value", async () => {
    const { items, meta } = await ask({
      from: "2026-11-23T00:00:00+01:00",
      to: "2026-11-24T00:00:00+01:00",
      timeZone: "Europe/Berlin",
      groupBy: ["tenant.id"],
      compare: "previous",
      orderBy: [{ by: "group" }],
    });
    expect(meta.comparedWith).toEqual({
      from: "2026-11-21T23:00:00.000000Z",
      to: "2026-11-22T23:00:00.000000Z",
    });
    const [, acme, beta] = items;
    expect(acme).toMatchObject({
      requests: 11,
      previous: { requests: 0, latencyMs: { p50: null } },
      change: {
        requests: { absolute: 11, ratio: null },
        measures: { "x-tokens": { absolute: 12, ratio: null } },
        latencyMs: { p50: { absolute: null, ratio: null } },
      },
    });
    expect(beta).toMatchObject({
      requests: 10,
      previous: { requests: 4 },
      change: { requests: { absolute: 6, ratio: 1.5 }, latencyMs: { p50: { absolute: 0, ratio: 0 } } },
    });
  });

  it("says where series beyond a bound are counted together", async () => {
    const capped = async (document: object) => (await ask({ ...range, ...document })).meta.capped.otherSeries;
    expect(await capped({ groupBy: ["url.template"] })).toBe(true);
    expect(await capped({ groupBy: ["url.template"], limit: 1 })).toBe(true);
    expect(await capped({ groupBy: ["tenant.id"] })).toBe(false);
    expect(await capped({ filter: { dimension: "url.template", eq: "/v1/things/{id}" } })).toBe(true);
    const ofAcme = { dimension: "tenant.id", eq: "acme" };
    const template = { dimension: "url.template", eq: "/v1/things/{id}" };
    expect(await capped({ filter: { and: [ofAcme, template] } })).toBe(false);
  });

  it("is written as CSV where that is asked for, with the cursor in a header", async () => {
    const { headers, body } = await post(
      PATH,
      {
        ...range,
        groupBy: ["tenant.id"],
        include: [],
        top: { n: 2 },
        compare: "previous",
        measures: ["x-tokens"],
        limit: 2,
      },
      { accept: "text/csv" },
    );
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(headers.get("masthead-next-cursor")).toMatch(/^[\w-]+$/);
    const [names, first] = String(body)
      .split("\r\n")
      .map((line) => line.split(","));
    expect(names?.slice(0, 9)).toEqual([
      "windowStart",
      "windowEnd",
      "tenant.id",
      "remainderOf",
      "requests",
      "errors",
      "requestBytes",
      "responseBytes",
      "measures.x-tokens",
    ]);
    expect(names).toContain("change.requests.ratio");
    expect(first?.slice(2, 9)).toEqual(["acme", "", "11", "0", "200", "2000", "12"]);
    const formula = await post(
      PATH,
      { ...range, groupBy: ["tenant.id"], filter: { dimension: "tenant.id", eq: "=1+1" } },
      { accept: "text/csv" },
    );
    expect(String(formula.body)).toContain(",'=1+1,");
  });
});

describe("a tenant's key", () => {
  const asTenant = (tenantId: string) =>
    servePosts(usageRoutes, server.open("app"), () => NOW_US, tenantPrincipal(tenantId));

  it("sees its own usage, whatever it asks for", async () => {
    const { body } = await asTenant("acme")(PATH, { ...range, groupBy: ["tenant.id"] });
    expect((body as UsagePage).items.map((row) => [row.group["tenant.id"], row.requests])).toEqual([
      ["acme", 11],
    ]);
    const filter = { dimension: "tenant.id", eq: "beta" };
    expect((await asTenant("acme")(PATH, { ...range, filter })).body).toMatchObject({ items: [] });
    const { body: capped } = await asTenant("acme")(PATH, { ...range, groupBy: ["url.template"] });
    expect((capped as UsagePage).meta.capped.otherSeries).toBe(false);
  });

  it("is not told of dimensions that only others have", async () => {
    const { body } = await asTenant("acme")(PATH, { ...range, groupBy: ["x-secre"] });
    expect((body as { errors: { message: string }[] }).errors[0]?.message).not.toContain("x-secret");
    expect(await asTenant("acme")(PATH, { ...range, groupBy: ["x-secret"] })).toMatchObject({ status: 422 });
    expect(await asTenant("beta")(PATH, { ...range, groupBy: ["x-secret"] })).toMatchObject({ status: 200 });
  });
});
