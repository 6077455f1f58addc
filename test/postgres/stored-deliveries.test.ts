import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type DeliveringTest, startDeliveringToReceiver } from "./support/delivering.js";
import { type Receiver, signatureFault } from "./support/receiver.js";

const cleanup = new Cleanup();
let test: DeliveringTest;
let receiver: Receiver;
let root: string;
let tenant: string;
let count = 0;

beforeAll(async () => {
  root = join(cleanup.folder(), "reports");
  mkdirSync(root);
  ({ test, receiver } = await startDeliveringToReceiver(cleanup, root));
});
afterAll(() => cleanup.run());
beforeEach(() => {
  count += 1;
  tenant = `tenant-${count}`;
});

const sealedBytes = async (period: string) =>
  Buffer.from(
    await (await test.ask("GET", `/v1/tenants/${tenant}/reports/${period}?version=1`)).arrayBuffer(),
  );

describe("a bucket", () => {
  it("gets an object signed by AWS Signature Version 4, at a place of its own for each version and form", async () => {
    const secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    tenant = `té/${tenant} =1`;
    await test.add({
      kind: "bucket",
      endpoint: receiver.url,
      region: "eu-central-1",
      bucket: "reports",
      prefix: "masthead/",
      accessKeyId: "AKIDEXAMPLE",
      secretAccessKey,
      tenantId: tenant,
      forms: ["json", "csv"],
    });
    receiver.answer = 200;
    const period = await test.sealed(tenant);
    expect(await test.deliver()).toMatchObject({ delivered: 2 });
    const name = `t_c3_a9_2ftenant-${count}_20_3d1`;
    expect(receiver.received.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      `PUT /reports/masthead/${name}/${period}/v1.csv`,
      `PUT /reports/masthead/${name}/${period}/v1.json`,
    ]);
    for (const one of receiver.received) {
      expect(signatureFault(one, secretAccessKey)).toBeNull();
      expect(signatureFault(one, `${secretAccessKey}x`)).toBe("another signature");
    }
  });
});

describe("a folder", () => {
  it("gets whole files, and keeps every version", async () => {
    await test.add({ kind: "folder", path: "monthly/all", tenantId: tenant, forms: ["json", "html"] });
    const period = await test.sealed(tenant);
    await test.sealed(tenant);
    expect(await test.deliver()).toMatchObject({ delivered: 4 });
    const folder = join(root, "monthly/all", tenant, period);
    expect(readdirSync(folder).sort()).toEqual(["v1.html", "v1.json", "v2.html", "v2.json"]);
    expect(readFileSync(join(folder, "v1.json")).equals(await sealedBytes(period))).toBe(true);
  });

  it("does not lead out of its root", async () => {
    for (const path of ["..", "../x", "/etc", "a/../../b", "a//b", ".hidden", "a\u0000b"])
      expect((await test.ask("POST", "/v1/destinations", { name: "x", kind: "folder", path })).status).toBe(
        422,
      );
    const outside = cleanup.folder();
    symlinkSync(outside, join(root, "out"));
    await test.add({ kind: "folder", path: "out", tenantId: tenant });
    await test.sealed(tenant);
    await test.deliver();
    const [delivery] = await test.deliveries(tenant);
    expect(delivery?.log[0]).toMatchObject({ outcome: "failed", error: "the file could not be written" });
    expect(readdirSync(outside)).toEqual([]);
  });
});
