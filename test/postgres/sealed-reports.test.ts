import { createHash } from "node:crypto";
import { NO_TENANT, tenantScope } from "@masthead/api/platform/db/scope";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type SealingTest, startSealing } from "./support/sealing.js";

let test: SealingTest;
let tenant: string;
let count = 0;
beforeAll(async () => {
  test = await startSealing("2026-11-23T12:00:00Z");
});
afterAll(() => test?.server.stop());

const reportPath = (period: string) => `/v1/tenants/${tenant}/reports/${period}`;
const read = async (path: string, headers?: Record<string, string>) => {
  const response = await test.request("GET", path, headers);
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
};

beforeEach(async () => {
  count += 1;
  tenant = `tenant-${count}`;
  await test.book(tenant, "2026-11-22T10:00:00Z");
  await test.seal();
});

it("answers the bytes that were sealed, with digest and tag", async () => {
  const { response, bytes } = await read(reportPath("2026-11-22"));
  const hash = createHash("sha256").update(bytes).digest();
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "application/json",
    etag: `"${hash.toString("hex")}"`,
    "repr-digest": `sha-256=:${hash.toString("base64")}:`,
    digest: `sha-256=${hash.toString("base64")}`,
  });
  const again = await read(reportPath("2026-11-22"), {
    "if-none-match": response.headers.get("etag") ?? "",
  });
  expect([again.response.status, again.bytes.length]).toEqual([304, 0]);
});

it("renders CSV from what was sealed", async () => {
  const { response, bytes } = await read(reportPath("2026-11-22"), { accept: "text/csv" });
  expect(bytes.toString()).toContain("total,,1,0,100,1000");
  expect(response.headers.get("repr-digest")).toBe(
    `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`,
  );
  expect(response.headers.get("content-disposition")).toMatch(
    /filename="masthead-tenant-\d+-2026-11-22-v1.csv"/,
  );
});

it.each(["PUT", "POST", "PATCH", "DELETE"])("says on %s how to ask right", async (method) => {
  const response = await test.request(method, reportPath("2026-11-22"));
  expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect(await response.json()).toMatchObject({
    code: "method_not_allowed",
    detail: expect.stringContaining("restatement"),
  });
});

it("is the same by every name of UTC", async () => {
  const { bytes } = await read(reportPath("2026-11-22"));
  for (const zone of ["UTC", "utc", "Etc/UTC"])
    expect((await read(`${reportPath("2026-11-22")}?version=1&timeZone=${zone}`)).bytes).toEqual(bytes);
});

it("has no version that was not sealed, and reads no nonsense", async () => {
  const { response, bytes } = await read(`${reportPath("2026-11-22")}?version=2`);
  expect([response.status, JSON.parse(bytes.toString()).code]).toEqual([404, "not_found"]);
  expect((await read(`${reportPath("2026-11-22")}?version=0`)).response.status).toBe(400);
  expect((await read(reportPath("2026-13"))).response.status).toBe(400);
});

it("lists by pages", async () => {
  await test.book(tenant, "2026-11-22T11:00:00Z");
  await test.book(tenant, "2026-11-20T11:00:00Z");
  await test.seal();
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = await test.request(
      "GET",
      `/v1/tenants/${tenant}/reports?limit=1${cursor && `&cursor=${cursor}`}`,
    );
    const { items, nextCursor } = (await page.json()) as {
      items: { period: string; status: string }[];
      nextCursor: string | null;
    };
    seen.push(...items.map(({ period, status }) => `${period} ${status}`));
    cursor = nextCursor;
  }
  expect(seen).toEqual(["2026-11-22 restated", "2026-11-22 sealed", "2026-11-20 sealed"]);
});

it("shows a tenant's scope no other tenant's", async () => {
  const app = test.server.open("app");
  const seen = (table: string, scope = tenantScope(tenant)) =>
    app.transaction(scope, ({ sql }) => sql`select distinct tenant_id from ${sql(table)}`);
  for (const table of ["sealed_reports", "usage_changes"]) {
    expect(await seen(table)).toEqual([{ tenant_id: tenant }]);
    expect(await seen(table, NO_TENANT)).toEqual([]);
  }
});
