import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "./run.js";
import { type FakeApi, runMasthead, startFakeApi } from "./testing/fake-api.js";

let api: FakeApi;
beforeAll(async () => {
  api = await startFakeApi();
});
afterEach(() => api.reset());
afterAll(() => api.close());

const link = {
  url: "https://masthead.example.com/shared/report?token=a.b",
  expiresAt: "2026-01-02T00:01:00.000000Z",
  version: 2,
};
const masthead = (...args: string[]) => runMasthead(api, ["reports", ...args]);

describe("masthead reports link", () => {
  it("prints the link alone where a pipe takes it, and beside it until when it is good", async () => {
    api.answer = () => ({ status: 201, body: link });
    const made = await masthead("link", "a/b", "2025-12");
    expect(made).toMatchObject({ code: EXIT.done, out: `${link.url}\n` });
    expect(made.error).toContain(`version 2, until ${link.expiresAt}`);
    expect(api.seen[0]).toMatchObject({
      method: "POST",
      url: "/v1/tenants/a%2Fb/reports/2025-12/links",
      body: "{}",
    });
    const json = await masthead("link", "acme", "2025-12", "--json");
    expect([JSON.parse(json.out), json.error]).toEqual([link, ""]);
  });

  it("asks for the form, the version and the time that are wanted", async () => {
    api.answer = () => ({ status: 201, body: link });
    await masthead("link", "acme", "2025-12-31", "--form", "csv", "--version", "1", "--expires", "7d");
    expect(JSON.parse(api.seen[0]?.body ?? "")).toEqual({
      form: "csv",
      version: 1,
      expiresInSeconds: 604_800,
    });
  });

  it("says why there is none", async () => {
    const detail = "the report of 2026-01 is not sealed yet";
    api.answer = () => ({ status: 409, body: { title: "It conflicts", code: "conflict", detail } });
    const { code, error } = await masthead("link", "acme", "2026-01");
    expect([code, error]).toEqual([EXIT.refused, expect.stringContaining(detail)]);
    expect(api.seen).toHaveLength(1);
  });

  it.each([
    [["acme"], "period"],
    [["acme", "2025-12", "--form", "pdf"], "html"],
    [["acme", "2025-12", "--expires", "soon"], "7d"],
    [["acme", "2025-12", "--version", "0"], "from 1 on"],
  ])("called wrongly as %j says how", async (args, words) => {
    const { code, error } = await masthead("link", ...args);
    expect([code, error]).toEqual([EXIT.usage, expect.stringContaining(words)]);
    expect(api.seen).toEqual([]);
  });

  it("helps with examples", async () => {
    expect((await masthead("link", "--help")).out).toContain("--form csv --expires 7d");
  });
});

describe("masthead reports revoke-links", () => {
  it("ends all links of a tenant", async () => {
    api.answer = () => ({ status: 204 });
    const { code, out } = await masthead("revoke-links", "acme");
    expect([code, out]).toEqual([EXIT.done, expect.stringContaining("No link to reports of acme")]);
    expect(api.seen[0]).toMatchObject({ method: "DELETE", url: "/v1/tenants/acme/reports/links" });
    expect(JSON.parse((await masthead("revoke-links", "acme", "--json")).out)).toEqual({
      tenant: "acme",
      revoked: true,
    });
  });
});
