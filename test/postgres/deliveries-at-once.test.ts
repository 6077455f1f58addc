import { randomBytes } from "node:crypto";
import type { DeliveryOutlets } from "@masthead/api/features/deliveries/index";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { until } from "../support/until.js";
import { type DeliveringTest, startDelivering } from "./support/delivering.js";
import { type Receiver, startReceiver } from "./support/receiver.js";

const cleanup = new Cleanup();
let test: DeliveringTest;
let receiver: Receiver;

beforeAll(async () => {
  test = await startDelivering(cleanup.folder());
  cleanup.add(() => test.server.stop());
  receiver = await startReceiver();
  cleanup.add(() => receiver.stop());
});
afterAll(() => cleanup.run());

const TENANTS = 20;
const WELL = "/well";
const hangs = (index: number) => `/hangs/${index}`;

/** Sends that hang until they are let go, but for those to the path that is well. */
const hangingOutlet = (onWell: (count: number) => Promise<void> | void) => {
  let letGo = () => {};
  const hung = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const paths: string[] = [];
  const send: DeliveryOutlets["send"] = async (request) => {
    const { pathname } = new URL(request.url);
    paths.push(pathname);
    if (pathname === WELL) await onWell(paths.filter((path) => path === WELL).length);
    else await hung;
    return test.outlets.send(request);
  };
  return { send, paths, letGo };
};
const webhook = (path: string, tenantId?: string) => {
  const secrets = [`whsec_${randomBytes(32).toString("base64")}`];
  return test.add({ kind: "webhook", url: `${receiver.url}${path}`, secrets, ...(tenantId && { tenantId }) });
};
const usedByAll = async () => {
  for (let index = 0; index < TENANTS; index += 1) await test.used(`tenant-${index}`);
};

it("receivers that hang, however many, hold up no other", async () => {
  const hanging = Array.from({ length: 10 }, (_, index) => hangs(index));
  const ids: string[] = [];
  for (const path of [...hanging, WELL]) ids.push(await webhook(path));
  await usedByAll();
  await test.sealAll();
  const outlet = hangingOutlet((count) => {
    if (count === TENANTS) outlet.letGo();
  });
  const delivered = (hanging.length + 1) * TENANTS;
  expect(await test.deliver({ send: outlet.send })).toEqual({ delivered, failed: 0, dead: 0 });
  const before = outlet.paths.slice(0, outlet.paths.lastIndexOf(WELL));
  for (const path of hanging) expect(before.filter((each) => each === path).length).toBeLessThanOrEqual(2);
  for (const id of ids) await test.ask("DELETE", `/v1/destinations/${id}`);
});

it("what becomes due while a receiver hangs is sent meanwhile", async () => {
  await webhook(hangs(0), "tenant-0");
  await webhook(WELL, "tenant-1");
  await test.sealed("tenant-0");
  let sent = () => {};
  const isSent = new Promise<void>((resolve) => {
    sent = resolve;
  });
  const outlet = hangingOutlet(() => sent());
  const delivering = test.deliver({ send: outlet.send });
  await until("the one that hangs", () => outlet.paths.length > 0);
  await test.sealed("tenant-1");
  await isSent;
  outlet.letGo();
  expect(await delivering).toEqual({ delivered: 2, failed: 0, dead: 0 });
});
