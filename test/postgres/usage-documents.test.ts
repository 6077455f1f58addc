import {
  AS_DOCUMENT,
  answerUsage,
  ensureUsagePartitions,
  type UsageBounds,
  usageRoutes,
} from "@masthead/api/features/usage/index";
import { FLEET } from "@masthead/api/platform/db/scope";
import { parseUsageQuery } from "@masthead/shared/http/parse-usage-query";
import type { UsagePage } from "@masthead/shared/http/usage-schema";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve, servePosts } from "./support/api.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { tenantPrincipal } from "./support/principals.js";
import { bookParts, part } from "./support/usage-parts.js";

const at = (text: string) => Date.parse(text) / 1_000;
const NOW_US = at("2026-11-23T12:00:00Z") * 1e6;
const PATH = "/v1/usage/query";
const range = { from: "2026-11-23T00:00:00Z", to: "2026-11-23T12:00:00Z" };

const parts: UsagePart[] = [
  ...["acme", "beta", "gamma", "=1+1"].flatMap((tenant, i) => [
    part({ windowStart: at("2026-11-23T10:00:00Z"), tenant, requests: 10 - i, latency: [[300, 10 - i]] }),
    part({ windowStart: at("2026-11-22T10:00:00Z"), tenant, requests: 4 * i, latency: [[300, 4 * i]] }),
  ]),
  part({
    windowStart: at("2026-11-23T11:00:00Z"),
    dimensions: { "x-model-id": "m" },
    measures: { "x-tokens": 12 },
  }),
  part({
    windowStart: at("2026-11-23T11:00:00Z"),
    tenant: "beta",
    template: "__other__",
    dimensions: { "x-secret": "s" },
  }),
];

let server: TestDatabase;
let post: ReturnType<typeof servePosts>;

beforeAll(async () => {
  server = await startTestDatabase();
  const ingest = server.open("ingest");
  await ensureUsagePartitions(ingest, ["2026-11-22", "2026-11-23"]);
  await bookParts(ingest, parts);
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

  it.each<[string, object, number, string, string, string]>([
    [
      "an unknown dimension",
      { groupBy: ["role", "tenant"] },
      422,
      "invalid_document",
      "/groupBy/1",
      "`tenant.id`",
    ],
    [
      "an unknown dimension in a filter",
      { filter: { or: [{ not: { dimension: "x-modelid", eq: 1 } }] } },
      422,
      "invalid_document",
      "/filter/or/0/not/dimension",
      "`x-model-id`",
    ],
    [
      "an impossible status",
      { filter: { dimension: "http.response.status_code", in: [99] } },
      422,
      "invalid_document",
      "/filter",
      "three digits",
    ],
    [
      "an impossible class",
      { filter: { dimension: "http.response.status_class", eq: "5XX" } },
      422,
      "invalid_document",
      "/filter",
      "5xx",
    ],
    [
      "a zone that does not exist",
      { timeZone: "Europe/Berlim" },
      422,
      "invalid_document",
      "/timeZone",
      "`Europe/Berlin`",
    ],
    ["a POSIX zone", { timeZone: "FOO5BAR" }, 422, "invalid_document", "/timeZone", "nearest"],
    ["an end before the start", { from: range.to, to: range.from }, 422, "invalid_document", "/to", "before"],
    ["no time", { from: "2026-02-30T00:00:00Z" }, 422, "invalid_document", "/from", "RFC 3339"],
    ["a dimension twice", { groupBy: ["role", "role"] }, 422, "invalid_document", "/groupBy", "twice"],
    [
      "a fill that would be wrong",
      { groupBy: ["role"], top: { n: 1, per: "window" }, fill: "zero" },
      422,
      "invalid_document",
      "/fill",
      "per range",
    ],
    [
      "too many histograms",
      { include: ["histogram"], limit: 1_001 },
      422,
      "invalid_document",
      "/limit",
      "1000",
    ],
    [
      "too many windows",
      { from: "2026-01-01T00:00:00Z", window: "minute" },
      422,
      "query_too_expensive",
      "/window",
      "wider",
    ],
    [
      "too many hours",
      { from: "1999-01-01T00:00:00Z", window: "hour" },
      422,
      "query_too_expensive",
      "/window",
      "wider",
    ],
    ["a cursor that is none", { cursor: "abc" }, 400, "invalid_cursor", "/cursor", "malformed"],
  ])("is refused for %s", async (_name, document, status, code, pointer, words) => {
    const answer = await post(PATH, document);
    expect(answer).toMatchObject({ status, body: { code } });
    const { errors } = answer.body as { errors: unknown[] };
    expect(errors).toContainEqual({ pointer, message: expect.stringContaining(words) });
  });

  it("is refused where it is no document", async () => {
    expect(await post(PATH, "{")).toMatchObject({ status: 400, body: { code: "unreadable_document" } });
    expect(await post(PATH, "a=b", { "content-type": "application/x-www-form-urlencoded" })).toMatchObject({
      status: 415,
    });
    const deep = `{"filter":${'{"not":'.repeat(50_000)}1${"}".repeat(50_000)}}`;
    expect(await post(PATH, deep)).toMatchObject({ status: 422, body: { code: "invalid_document" } });
  });

  it("does not go on with the cursor of another question, or with one that was made up", async () => {
    const document = { ...range, groupBy: ["tenant.id"], orderBy: [{ by: "requests" }], limit: 1 };
    const { nextCursor } = await ask(document);
    const refused = async (changed: object) => {
      const { status, body } = await post(PATH, { ...document, cursor: nextCursor, ...changed });
      expect([status, (body as { code: string }).code]).toEqual([400, "invalid_cursor"]);
    };
    await refused({ orderBy: [{ by: "errors" }] });
    await refused({ filter: { dimension: "role", eq: "client" } });
    await refused({ timeZone: "Europe/Berlin" });
    const envelope = JSON.parse(Buffer.from(nextCursor ?? "", "base64url").toString()) as { p: unknown[] };
    const forged = (change: (position: unknown[]) => void) => {
      const copy = structuredClone(envelope);
      change(copy.p);
      return { cursor: Buffer.from(JSON.stringify(copy)).toString("base64url") };
    };
    await refused(forged((p) => p.splice(4, 1, ["'; drop", "0", null])));
    await refused(forged((p) => p.splice(4, 1, ["1"])));
    await refused(forged((p) => p.splice(3, 1, "0".repeat(32))));
    await refused(forged((p) => p.splice(2, 1, 60_000_000)));
  });

  it("is not answered beyond its bounds, and told how to ask for less", async () => {
    const within = (bounds: UsageBounds) =>
      server.open("app").transaction(
        FLEET,
        ({ sql }) => {
          const parsed = parseUsageQuery({ ...range, groupBy: ["tenant.id"], window: "hour" });
          if (!parsed.ok) throw new Error("invalid");
          const asked = { fromUs: at(range.from) * 1e6, toUs: at(range.to) * 1e6 };
          return answerUsage(sql, FLEET, { query: parsed.query, asked: AS_DOCUMENT, range: asked, bounds });
        },
        "read only",
      );
    await expect(within({ timeoutMs: 10_000, bucketRows: 0 })).rejects.toMatchObject({
      code: "query_too_expensive",
      message: expect.stringMatching(/rows.*shorter range.*tenant\.id.*wider windows/),
    });
    await expect(within({ timeoutMs: 1, bucketRows: 1e9 })).rejects.toMatchObject({
      code: "query_too_expensive",
      message: expect.stringContaining("0.001 seconds"),
    });
    expect((await within({ timeoutMs: 10_000, bucketRows: 1e9 })).items.length).toBeGreaterThan(0);
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
