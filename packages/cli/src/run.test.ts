import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_POLICY } from "@masthead/shared/policy/default-policy";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "./run.js";
import { type FakeApi, runMasthead, startFakeApi } from "./testing/fake-api.js";

let api: FakeApi;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "masthead-cli-"));
  api = await startFakeApi();
});
afterEach(() => {
  api.reset();
  rmSync(join(folder, "policy.yaml"), { force: true });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const masthead = async (args: string[], env?: NodeJS.ProcessEnv) => {
  const own = env && { env: { MASTHEAD_URL: api.url, ...env } };
  const { code, out, error } = await runMasthead(api, args, own);
  return { code, out: out.trimEnd(), error };
};

const policy = {
  name: "default",
  revision: 3,
  updatedAt: "2026-01-01T00:00:00.000000Z",
  document: DEFAULT_POLICY,
};
const agent = {
  id: "a1",
  hostname: "web\u001b[31m-1",
  hostId: "h1",
  labels: { env: "prod" },
  version: "0.1.0",
  kernel: "6.18.0",
  source: "bpf",
  epoch: 7,
  startedAt: "2026-01-01T00:00:00.000000Z",
  completeUntil: "2026-01-01T00:00:29.000000Z",
  stopped: false,
  lastSeenAt: "2026-01-01T00:00:30.000000Z",
  health: { status: "degraded", reasons: ["spool is full"] },
  policy: {
    desired: 5,
    attempted: 5,
    attemptedResult: "failed",
    attemptedError: "too many targets",
    effective: 4,
  },
  coverage: [{ pid: 7, executable: "/usr/bin/x", state: "not_captured", reason: "no_tls_library" }],
  coverageOmitted: 0,
  suspensions: [],
  ledger: { captured: 20, committed: 8, pending: 0, lost: 12 },
  losses: [{ stage: "ring", reason: "full", count: 12 }],
};

describe("masthead policies", () => {
  it("lists every page, with the key", async () => {
    api.answer = ({ url }) => ({
      status: 200,
      body: url?.includes("cursor=next")
        ? { items: [{ ...policy, name: "second" }], nextCursor: null }
        : { items: [policy], nextCursor: "next" },
    });
    const { code, out } = await masthead(["policies", "list"]);
    expect(code).toBe(EXIT.done);
    expect(out.split("\n")).toHaveLength(3);
    expect(out).toMatch(/^default +3 +-1000 +2026-01-01T00:00:00Z/m);
    expect(api.seen.map((request) => request.headers.authorization)).toEqual(["Bearer k-1", "Bearer k-1"]);
  });

  it("prints what apply takes again", async () => {
    api.answer = ({ method }) =>
      method === "GET"
        ? { status: 200, body: policy }
        : { status: 200, body: { ...policy, revision: 4, published: true } };
    const got = await masthead(["policies", "get", "default"]);
    const file = join(folder, "policy.yaml");
    writeFileSync(file, got.out);
    const applied = await masthead(["policies", "apply", "-f", file, "--if-revision", "3"]);
    expect(applied).toEqual({ code: EXIT.done, out: "default is at revision 4", error: "" });
    expect(api.seen[1]).toMatchObject({
      method: "PUT",
      url: "/v1/policies/default",
      headers: { "if-match": '"3"' },
    });
    expect(JSON.parse(api.seen[1]?.body ?? "")).toEqual(DEFAULT_POLICY);
  });

  it("says what is wrong with a file, and where, before it asks the server", async () => {
    const file = join(folder, "policy.yaml");
    writeFileSync(
      file,
      "apiVersion: masthead.dev/v1\nkind: CapturePolicy\nmetadata: {name: a}\nspec: {headers: {request: [{name: Authorization, action: keep}]}}\n",
    );
    const { code, error } = await masthead(["policies", "apply", "-f", file]);
    expect(code).toBe(EXIT.usage);
    expect(error).toContain("/spec/headers/request/0/action: authorization is a credential header");
    expect(api.seen).toEqual([]);
  });

  it.each(["a: [", "a: 1\na: 2"])("refuses a file that cannot be read as YAML: %j", async (text) => {
    const file = join(folder, "policy.yaml");
    writeFileSync(file, text);
    const { code, error } = await masthead(["policies", "apply", "-f", file]);
    expect(code).toBe(EXIT.usage);
    expect(error).toContain("neither JSON nor YAML");
  });

  it("deletes", async () => {
    api.answer = () => ({ status: 204 });
    expect(await masthead(["policies", "delete", "a/b"])).toMatchObject({
      code: EXIT.done,
      out: "a/b is deleted",
    });
    expect(api.seen[0]).toMatchObject({ method: "DELETE", url: "/v1/policies/a%2Fb" });
  });

  it("prints a refusal with its pointers", async () => {
    api.answer = () => ({
      status: 422,
      body: {
        title: "The document is invalid",
        status: 422,
        code: "invalid_document",
        errors: [{ pointer: "/spec/x", message: "unknown field" }],
      },
    });
    expect(await masthead(["policies", "get", "default"])).toEqual({
      code: EXIT.refused,
      out: "",
      error: "The document is invalid (422 invalid_document)\n  /spec/x: unknown field",
    });
  });
});

describe("masthead agents", () => {
  it("lists, without what a terminal would obey", async () => {
    api.answer = () => ({ status: 200, body: { items: [agent], nextCursor: null } });
    const { out } = await masthead(["agents", "list"]);
    expect(out).toMatch(/a1 +web\\u001b\[31m-1 +degraded +4 \(5 failed\) +30 s ago/);
  });

  it("shows one, for people and for programs", async () => {
    api.answer = () => ({ status: 200, body: agent });
    const { out } = await masthead(["agents", "get", "a1"]);
    expect(out).toContain("spool is full");
    expect(out).toMatch(/ring +full +12/);
    expect(out).toContain("no_tls_library");
    expect(JSON.parse((await masthead(["agents", "get", "a1", "--json"])).out)).toEqual(agent);
    expect(JSON.parse((await masthead(["--json", "agents", "get", "a1"])).out)).toEqual(agent);
  });
});

describe("masthead", () => {
  it("helps", async () => {
    const { code, out } = await masthead(["--help"]);
    expect(code).toBe(EXIT.done);
    expect(out).toContain("masthead policies apply -f");
  });

  it.each([
    [["policies", "nonsense"]],
    [["policies", "apply"]],
    [["agents", "get"]],
    [["--url", "ftp://x", "agents", "list"]],
    [["--url", "nonsense", "agents", "list"]],
    [["--key-file", "/nonexistent", "agents", "list"]],
    [["policies", "delete", "a", "--if-revision", "x"]],
  ])("called wrongly as %j: exit code 2", async (args) => {
    const { code, error } = await masthead(args);
    expect(code).toBe(EXIT.usage);
    expect(error).not.toBe("");
  });

  it("asks for a key where there is none", async () => {
    const { code, error } = await masthead(["agents", "list"], { MASTHEAD_HOME: folder });
    expect(code).toBe(EXIT.usage);
    expect(error).toContain("MASTHEAD_API_KEY");
  });

  it("reads the key that a start left", async () => {
    writeFileSync(join(folder, "admin.key"), "k-2\n");
    api.answer = () => ({ status: 200, body: { items: [], nextCursor: null } });
    await masthead(["agents", "list"], { MASTHEAD_HOME: folder });
    expect(api.seen[0]?.headers.authorization).toBe("Bearer k-2");
    rmSync(join(folder, "admin.key"));
  });

  it("says when nothing answers, or something else", async () => {
    const nobody = await masthead(["--url", "http://127.0.0.1:1", "agents", "list"]);
    expect(nobody.code).toBe(EXIT.unreachable);
    expect(nobody.error).toContain("no answer from http://127.0.0.1:1");
    expect(nobody.error).not.toContain("k-1");
    api.answer = () => ({ status: 200, body: "<html>" });
    expect((await masthead(["agents", "list"])).error).toContain("is it Masthead's API?");
    api.answer = () => ({ status: 200, body: { things: [] } });
    expect((await masthead(["agents", "list"])).error).toContain("not understood");
  });
});
