import {
  AS_DOCUMENT,
  answerUsage,
  readHorizon,
  USAGE_BOUNDS,
  type UsageBounds,
  usageRoutes,
} from "@masthead/api/features/usage/index";
import { FLEET } from "@masthead/api/platform/db/scope";
import { parseUsageQuery } from "@masthead/shared/http/parse-usage-query";
import type { UsagePage } from "@masthead/shared/http/usage-schema";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { servePosts } from "./support/api.js";
import type { TestDatabase } from "./support/database.js";
import { at, NOW_US, PATH, range, startWithUsage } from "./support/little-usage.js";

let server: TestDatabase;
let post: ReturnType<typeof servePosts>;

beforeAll(async () => {
  server = await startWithUsage();
  post = postsWithin(USAGE_BOUNDS);
});
afterAll(() => server?.stop());

const postsWithin = (bounds: UsageBounds) =>
  servePosts(
    (deps) => usageRoutes(deps, bounds),
    server.open("app"),
    () => NOW_US,
  );

const ask = async (document: object): Promise<UsagePage> => {
  const { status, body } = await post(PATH, document);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
};

describe("a question", () => {
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
    ["too many rows", { limit: 1_001 }, 422, "invalid_document", "/limit", "1000"],
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
        async ({ sql }) => {
          const parsed = parseUsageQuery({ ...range, groupBy: ["tenant.id"], window: "hour" });
          if (!parsed.ok) throw new Error("invalid");
          const asked = { fromUs: at(range.from) * 1e6, toUs: at(range.to) * 1e6 };
          const request = { query: parsed.query, asked: AS_DOCUMENT, range: asked, bounds };
          return answerUsage(sql, FLEET, request, await readHorizon(sql));
        },
        "read only snapshot",
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
    const document = { ...range, groupBy: ["tenant.id"] };
    expect(await postsWithin({ timeoutMs: 10_000, bucketRows: 0 })(PATH, document)).toMatchObject({
      status: 422,
      body: { code: "query_too_expensive" },
    });
  });
});
