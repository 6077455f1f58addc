import type { DeliveryOutlets } from "@masthead/api/features/deliveries/index";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { makeGate } from "../support/gate.js";
import { until } from "../support/until.js";
import { type DeliveringTest, startDeliveringToReceiver, webhookSecret } from "./support/delivering.js";
import type { Receiver } from "./support/receiver.js";

const cleanup = new Cleanup();
let test: DeliveringTest;
let receiver: Receiver;

beforeAll(async () => {
  ({ test, receiver } = await startDeliveringToReceiver(cleanup));
});
afterAll(() => cleanup.run());

const TENANTS = 20;
const WELL = "/well";
const hangs = (index: number) => `/hangs/${index}`;

/** Sends that hang until they are let go, but for those to the path that is well. */
const hangingOutlet = (onWell: (count: number) => Promise<void> | void) => {
  const hung = makeGate();
  const paths: string[] = [];
  const send: DeliveryOutlets["send"] = async (request) => {
    const { pathname } = new URL(request.url);
    paths.push(pathname);
    if (pathname === WELL) await onWell(paths.filter((path) => path === WELL).length);
    else await hung.opened;
    return test.outlets.send(request);
  };
  return { send, paths, letGo: hung.open };
};
const webhook = (path: string, tenantId?: string) => {
  const secrets = [webhookSecret()];
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
  const sent = makeGate();
  const outlet = hangingOutlet(sent.open);
  const delivering = test.deliver({ send: outlet.send });
  await until("the one that hangs", () => outlet.paths.length > 0);
  await test.sealed("tenant-1");
  await sent.opened;
  outlet.letGo();
  expect(await delivering).toEqual({ delivered: 2, failed: 0, dead: 0 });
});
