import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DeliveryResource, DestinationResource } from "@masthead/client";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type CommandLine, startCommandLine } from "./support/command-line.js";
import { type DeliveringTest, startDeliveringToReceiver, webhookSecret } from "./support/delivering.js";
import type { Received, Receiver } from "./support/receiver.js";

const cleanup = new Cleanup();
let test: DeliveringTest;
let receiver: Receiver;
let command: CommandLine;
let folder: string;
let tenant: string;
let count = 0;

beforeAll(async () => {
  folder = cleanup.folder();
  ({ test, receiver } = await startDeliveringToReceiver(cleanup));
  command = await startCommandLine({
    answer: ({ method, url, body, headers }) => test.ask(method, url, body, headers),
    apiKey: "k-1",
    nowMs: () => test.clock.now * 1_000,
  });
  cleanup.add(() => command.stop());
});
afterAll(() => cleanup.run());
beforeEach(() => {
  count += 1;
  tenant = `tenant-${count}`;
  receiver.received.length = 0;
  receiver.answer = 204;
  test.clock.now = Date.now() / 1000;
});

const masthead = (args: string[], input?: string) => command.run(args, input);
const json = async <T>(...args: string[]): Promise<T> => {
  const { out, error } = await masthead([...args, "--json"]);
  expect(error).toBe("");
  return JSON.parse(out) as T;
};
/** Makes a webhook of the tenant by the command line. */
const create = async (...keys: string[]): Promise<DestinationResource> => {
  const file = join(folder, tenant);
  writeFileSync(file, keys.map((key) => `${key}\n`).join(""));
  const place = ["--webhook", `${receiver.url}/hook`, "--secrets", file];
  return json("destinations", "create", ...place, "--name", tenant, "--tenant", tenant, "--period", "day");
};
const signedBy = (key: string, one: Received | undefined): boolean => {
  try {
    new Webhook(key).verify(one?.body ?? "", (one?.headers ?? {}) as Record<string, string>);
    return true;
  } catch {
    return false;
  }
};

describe("masthead destinations", () => {
  it("makes one that is sent to, rotates its key by what is read, and never shows it", async () => {
    const [old, fresh] = [webhookSecret(), webhookSecret()];
    const { id } = await create(old);
    await test.sealed(tenant);
    await test.deliver();
    expect([signedBy(old, receiver.received[0]), signedBy(fresh, receiver.received[0])]).toEqual([
      true,
      false,
    ]);
    const rotated = await masthead(["destinations", "set", id, "--secrets", "-"], `${fresh}\n${old}\n`);
    expect(rotated).toMatchObject({ code: 0, out: `${id} is at revision 2` });
    await masthead(["destinations", "set", id, "--name", "renamed"]);
    await test.sealed(tenant, 2);
    await test.deliver();
    expect([old, fresh].map((key) => signedBy(key, receiver.received[1]))).toEqual([true, true]);
    const shown = await masthead(["destinations", "show", id]);
    expect(shown.out).toMatch(/^name: +renamed$/m);
    expect(shown.out).toMatch(/^keys that sign: +2, not shown$/m);
    const listed = await masthead(["destinations", "list"]);
    for (const { out } of [shown, listed, rotated])
      for (const key of [old, fresh]) expect(out).not.toContain(key.slice(6, 30));
  });

  it("changes every setting, and keeps those that are not named", async () => {
    const made = await create(webhookSecret());
    const args = ["--form", "html,csv", "--period", "month", "--status", "restated", "--disable"];
    const changed = await json<DestinationResource>("destinations", "set", made.id, ...args);
    const { changedAt: _, ...kept } = made;
    expect(changed).toMatchObject({
      ...kept,
      ...{ revision: 2, forms: ["html", "csv"], periods: ["month"], statuses: ["restated"], enabled: false },
    });
    const stale = await masthead(["destinations", "set", made.id, "--enable", "--if-revision", "1"]);
    expect([stale.code, stale.error]).toEqual([1, expect.stringContaining("precondition_failed")]);
    await json("destinations", "set", made.id, "--enable", "--tenant", "");
    const all = await json<DestinationResource[]>("destinations", "list");
    expect(all.find(({ id }) => id === made.id)).toMatchObject({
      revision: 3,
      enabled: true,
      tenantId: null,
    });
    expect((await masthead(["destinations", "delete", made.id])).code).toBe(0);
    expect((await masthead(["destinations", "show", made.id])).error).toContain("not_found");
  });

  it("makes buckets and folders", async () => {
    const place = ["--bucket", "reports", "--endpoint", receiver.url, "--access-key-id", "AKIA"];
    const made = await masthead(
      ["destinations", "create", ...place, "--name", "b", "--secrets", "-", "--disable", "--json"],
      "s3cret",
    );
    expect(JSON.parse(made.out)).toMatchObject({ kind: "bucket", region: "us-east-1", enabled: false });
    expect(made.out).not.toContain("s3cret");
    const archive = ["--folder", "archive", "--name", "f", "--tenant", tenant];
    expect(await json("destinations", "create", ...archive)).toMatchObject({
      ...{ kind: "folder", path: "archive", forms: ["json"], enabled: true },
    });
  });

  it("says which of what was asked the API refuses, and not what was secret", async () => {
    const args = ["--webhook", "https://10.1.2.3/hook", "--name", "x", "--secrets", "-"];
    const refused = await masthead(["destinations", "create", ...args], webhookSecret());
    expect([refused.code, refused.error]).toEqual([1, expect.stringContaining("/url:")]);
    const short = await masthead(["destinations", "create", ...args], "whsec_too-short");
    expect([short.code, short.error]).toEqual([1, expect.stringContaining("/secrets/0:")]);
    expect(short.error).not.toContain("too-short");
  });
});

describe("masthead deliveries", () => {
  it("lists dead letters, shows why they are dead, and sends them again", async () => {
    const { id: destination } = await create(webhookSecret());
    receiver.answer = 410;
    const period = await test.sealed(tenant);
    expect(await test.deliver()).toMatchObject({ dead: 1 });
    const filters = ["--state", "dead", "--tenant", tenant, "--destination", destination];
    const [dead, ...more] = await json<DeliveryResource[]>("deliveries", "list", ...filters);
    expect([dead?.period, dead?.state, more]).toEqual([period, "dead", []]);
    expect((await masthead(["deliveries", "list", "--state", "delivered", "--tenant", tenant])).out).toBe(
      "No delivery fits.",
    );
    const { out } = await masthead(["deliveries", "show", dead?.id ?? ""]);
    expect(out).toMatch(/^ +1 {2}.* failed +410 +the receiver says that it is gone$/m);
    receiver.answer = 204;
    const again = await masthead(["deliveries", "resend", "--dead", "--destination", destination]);
    expect(again).toMatchObject({ code: 0, out: `${dead?.id} is due now` });
    expect(await test.deliver()).toMatchObject({ delivered: 1 });
    expect((await masthead(["deliveries", "resend", "--dead", "--tenant", tenant])).out).toBe(
      "There is no dead letter.",
    );
    expect(await json("deliveries", "resend", dead?.id ?? "")).toMatchObject([{ state: "pending" }]);
    const unknown = await masthead(["deliveries", "resend", `dlv_${"0".repeat(32)}`]);
    expect([unknown.code, unknown.error]).toEqual([1, expect.stringContaining("not_found")]);
  });
});

describe("masthead reports link", () => {
  it("makes a link that leads to its version without a key, until it is revoked", async () => {
    const period = await test.sealed(tenant);
    const made = await masthead(["reports", "link", tenant, period, "--form", "json", "--expires", "1h"]);
    expect(made.error).toContain("version 1");
    const follow = () => fetch(made.out);
    expect(await (await follow()).json()).toMatchObject({ period, version: 1, totals: { requests: 1 } });
    test.clock.now += 3_601;
    expect((await follow()).status).toBe(404);
    test.clock.now -= 3_601;
    expect((await follow()).status).toBe(200);
    expect((await masthead(["reports", "revoke-links", tenant])).code).toBe(0);
    expect((await follow()).status).toBe(404);
  });

  it("says of a period that is not sealed that it has no link", async () => {
    const { code, out, error } = await masthead(["reports", "link", tenant, "2020-01"]);
    expect([code, out, error]).toEqual([1, "", expect.stringContaining("2020-01 is not sealed yet")]);
  });
});
