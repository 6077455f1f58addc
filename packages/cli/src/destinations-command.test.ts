import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DestinationResource } from "@masthead/client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "./run.js";
import { type FakeApi, runMasthead, startFakeApi } from "./testing/fake-api.js";

let api: FakeApi;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "masthead-destinations-"));
  api = await startFakeApi();
});
afterEach(() => api.reset());
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const ID = "dst_0123456789abcdef";
const [NEW, OLD] = ["N", "O"].map((letter) => `whsec_${letter.repeat(43)}=`) as [string, string];
const common = {
  id: ID,
  revision: 4,
  createdAt: "2026-01-01T00:00:00.000000Z",
  changedAt: "2026-01-01T00:00:30.000000Z",
  name: "billing\u001b[31m",
  tenantId: "acme",
  forms: ["json", "csv"],
  periods: ["month"],
  statuses: ["sealed"],
  enabled: true,
} satisfies Partial<DestinationResource>;
const webhook: DestinationResource = {
  ...common,
  kind: "webhook",
  url: "https://billing.example.com/masthead",
  secretCount: 1,
};
const bucket: DestinationResource = {
  ...common,
  id: "dst_2222222222222222",
  tenantId: null,
  enabled: false,
  ...{ kind: "bucket", endpoint: "https://s3.example.com", region: "eu", bucket: "reports" },
  ...{ prefix: "masthead/", accessKeyId: "AKIA" },
};
const archive: DestinationResource = { ...common, id: "dst_3333333333333333", kind: "folder", path: "" };

const secretsFile = (...lines: string[]): string => {
  const file = join(folder, "secrets");
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  return file;
};
const masthead = (args: string[], input: string | null = null) =>
  runMasthead(api, ["destinations", ...args], {
    input: async () => (input === null ? null : Buffer.from(input)),
  });
const bodies = () => api.seen.flatMap(({ body }) => (body === "" ? [] : [JSON.parse(body) as unknown]));
const known = (destination: DestinationResource) => () => ({ status: 200, body: destination });

describe("masthead destinations", () => {
  it("lists where reports are sent", async () => {
    api.answer = () => ({ status: 200, body: { items: [webhook, bucket, archive], nextCursor: null } });
    const { out } = await masthead(["list"]);
    expect(out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["ID", "NAME", "KIND", "WHERE", "TENANT", "FORMS", "PERIODS", "STATUSES", "ENABLED"],
      ...[
        [ID, "webhook", "https://billing.example.com/masthead", "acme", "yes"],
        [bucket.id, "bucket", "reports/masthead/ at https://s3.example.com", "(all)", "no"],
        [archive.id, "folder", ".", "acme", "yes"],
      ].map(([id, kind, where, tenant, enabled]) =>
        [id, "billing\\u001b[31m", kind, where, tenant, "json csv", "month", "sealed", enabled].map(String),
      ),
      [""],
    ]);
    expect(JSON.parse((await masthead(["list", "--json"])).out)).toEqual([webhook, bucket, archive]);
    api.answer = () => ({ status: 200, body: { items: [], nextCursor: null } });
    expect((await masthead(["list"])).out).toContain("no report is sent");
  });

  it.each([
    [webhook, /^keys that sign: +1, not shown$/m],
    [bucket, /^access key: +AKIA, its secret is not shown$/m],
    [archive, /^folder: +MASTHEAD_DELIVERY_FOLDER itself$/m],
  ])("shows one", async (destination, line) => {
    api.answer = known(destination);
    const { out } = await masthead(["show", destination.id]);
    expect(out).toMatch(line);
    expect(out).toMatch(/^name: +billing\\u001b\[31m$/m);
    expect(out).toMatch(/^revision: +4$/m);
    expect(JSON.parse((await masthead(["show", destination.id, "--json"])).out)).toEqual(destination);
  });

  it("deletes one, and says what becomes of what is on its way", async () => {
    api.answer = () => ({ status: 204 });
    const { code, out } = await masthead(["delete", ID]);
    expect([code, out]).toEqual([EXIT.done, `${ID} is deleted; what was on its way there is cancelled\n`]);
    expect(api.seen[0]).toMatchObject({ method: "DELETE", url: `/v1/destinations/${ID}` });
  });

  it("helps with examples", async () => {
    expect((await masthead(["create", "--help"])).out).toContain("--secrets billing.key");
    expect((await masthead(["set", "--help"])).out).toContain("the new key and the old one");
  });
});

describe("masthead destinations create", () => {
  it("makes a webhook with the keys of a file", async () => {
    api.answer = () => ({ status: 201, body: webhook });
    const args = [
      "create",
      "--webhook",
      webhook.url,
      "--name",
      "billing",
      "--secrets",
      secretsFile(NEW, OLD),
    ];
    const more = ["--tenant", "acme", "--form", "json,csv", "--form", "csv", "--period", "month"];
    const made = await masthead([...args, ...more, "--status", "sealed"]);
    expect(made.out).toBe(`${ID} is made; reports that are sealed from now on are sent there\n`);
    const { forms, periods, statuses } = common;
    expect(bodies()).toEqual([
      {
        ...{ name: "billing", tenantId: "acme", forms, periods, statuses },
        ...{ kind: "webhook", url: webhook.url, secrets: [NEW, OLD] },
      },
    ]);
    expect(made.out + made.error).not.toContain(NEW);
  });

  it("makes a bucket with the secret of standard input, and leaves to the API what is not said", async () => {
    api.answer = () => ({ status: 201, body: bucket });
    const args = "create --bucket reports --endpoint https://s3.example.com --access-key-id AKIA --name x";
    const made = await masthead([...args.split(" "), "--secrets", "-", "--disable"], " s3cret/+ \r\n\n");
    expect(made.out).toBe(`${bucket.id} is made; it is disabled\n`);
    expect(bodies()).toEqual([
      {
        ...{ name: "x", enabled: false, kind: "bucket", endpoint: "https://s3.example.com" },
        ...{ bucket: "reports", accessKeyId: "AKIA", secretAccessKey: "s3cret/+" },
      },
    ]);
  });

  it("makes a folder, which keeps no secret", async () => {
    api.answer = () => ({ status: 201, body: archive });
    expect((await masthead(["create", "--folder", "", "--name", "x"])).code).toBe(EXIT.done);
    expect(bodies()).toEqual([{ name: "x", kind: "folder", path: "" }]);
  });

  const toWebhook = ["create", "--webhook", webhook.url, "--name", "x"];
  const toBucket = ["create", "--bucket", "b", "--name", "x", "--secrets", "-"];
  it.each<[string[], string | null, string]>([
    [["create", "--name", "x"], null, "where to?"],
    [["create", "--folder", "a"], null, "--name"],
    [["create", "--folder", "a", "--bucket", "b", "--name", "x"], null, "cannot be used with"],
    [["create", "--folder", "a", "--webhook", "b", "--name", "x"], null, "cannot be used with"],
    [["create", "--folder", "a", "--name", "x", "--secrets", "-"], "s", "keeps no secrets"],
    [["create", "--folder", "a", "--name", "x", "--prefix", "p/"], null, "--prefix is of buckets"],
    [["create", "--folder", "a", "--name", "x", "--form", "pdf"], null, "json, csv"],
    [["create", "--folder", "a", "--name", "x", "--period", "day,year"], null, "day, month"],
    [toWebhook, null, "needs --secrets"],
    [[...toWebhook, "--secrets", "-"], null, "this terminal"],
    [[...toWebhook, "--secrets", "-"], "\n \n", "holds no secret"],
    [[...toWebhook, "--secrets", "-"], "a\nb\nc\n", "two while they are rotated"],
    [[...toWebhook, "--secrets", "-"], "x".repeat(16_385), "16384 bytes"],
    [[...toWebhook, "--secrets", "/dev/zero"], null, "16384 bytes"],
    [toBucket, "a", "needs --endpoint"],
    [[...toBucket, "--endpoint", "https://x"], "a", "needs --access-key-id"],
    [[...toBucket, "--endpoint", "https://x", "--access-key-id", "y"], "a\nb", "one secret"],
  ])("called wrongly as %j says how, and asks nothing", async (args, input, words) => {
    const { code, error } = await masthead(args, input);
    expect([code, error]).toEqual([EXIT.usage, expect.stringContaining(words)]);
    expect(api.seen).toEqual([]);
  });

  it("does not repeat a secret that was put where its file's name belongs", async () => {
    const { code, out, error } = await masthead([...toWebhook, "--secrets", NEW]);
    expect([code, out]).toEqual([EXIT.usage, ""]);
    expect(error).toContain("ENOENT");
    expect(error).not.toContain(NEW.slice(6, 16));
  });
});

describe("masthead destinations set", () => {
  const {
    kind: _kind,
    url,
    secretCount: _count,
    ...rest
  } = webhook as DestinationResource & {
    kind: "webhook";
  };
  const { id: _id, revision: _revision, createdAt: _created, changedAt: _changed, ...document } = rest;

  it("changes what is named, at the revision that it read, and leaves secrets as they are", async () => {
    api.answer = known(webhook);
    const { out } = await masthead(["set", ID, "--disable", "--form", "html", "--tenant", ""]);
    expect(out).toBe(`${ID} is at revision 4\n`);
    expect(bodies()).toEqual([
      { ...document, kind: "webhook", url, enabled: false, forms: ["html"], tenantId: null },
    ]);
    expect(api.seen[1]?.headers["if-match"]).toBe('"4"');
  });

  it("puts secrets that are given, at the revision that is asked for", async () => {
    api.answer = known({ ...webhook, enabled: false });
    await masthead(["set", ID, "--enable", "--secrets", "-", "--if-revision", "3"], `${NEW}\n${OLD}`);
    expect(bodies()).toEqual([{ ...document, kind: "webhook", url, enabled: true, secrets: [NEW, OLD] }]);
    expect(api.seen[1]?.headers["if-match"]).toBe('"3"');
  });

  it.each<[DestinationResource, string[], object]>([
    [bucket, ["--prefix", ""], { kind: "bucket", region: "eu", bucket: "reports", prefix: "" }],
    [archive, ["--folder", "acme"], { kind: "folder", path: "acme" }],
    [webhook, ["--webhook", "https://new.example.com"], { url: "https://new.example.com" }],
  ])("changes where one sends to", async (destination, args, expected) => {
    api.answer = known(destination);
    expect((await masthead(["set", destination.id, ...args])).code).toBe(EXIT.done);
    expect(bodies()).toEqual([expect.objectContaining(expected)]);
    expect(bodies()[0]).not.toHaveProperty("secretAccessKey");
  });

  it("says that somebody else changed it", async () => {
    api.answer = ({ method }) =>
      method === "GET"
        ? { status: 200, body: webhook }
        : { status: 412, body: { title: "Not at the revision", code: "precondition_failed" } };
    const { code, error } = await masthead(["set", ID, "--name", "x"]);
    expect([code, error]).toEqual([EXIT.refused, expect.stringContaining("precondition_failed")]);
  });

  it.each<[string[], string, number]>([
    [[], "what is to be changed?", 0],
    [["--name", "x", "--if-revision", "0"], "from 1 on", 0],
    [["--enable", "--disable"], "cannot be used with", 0],
    [["--bucket", "b"], "is a webhook and stays one", 1],
    [["--region", "eu"], "--region is of buckets", 1],
  ])("called wrongly as %j changes nothing", async (args, words, asked) => {
    api.answer = known(webhook);
    const { code, error } = await masthead(["set", ID, ...args]);
    expect([code, error]).toEqual([EXIT.usage, expect.stringContaining(words)]);
    expect(api.seen.map(({ method }) => method)).toEqual(Array(asked).fill("GET"));
  });
});
