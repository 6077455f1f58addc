import { randomBytes } from "node:crypto";
import type { DeliveryOutlets } from "@masthead/api/features/deliveries/index";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
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

it("a receiver that hangs holds up no other", async () => {
  let letGo = () => {};
  const hung = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const paths: string[] = [];
  const pathsOf = (path: string) => paths.filter((each) => each === path).length;
  const send: DeliveryOutlets["send"] = async (request) => {
    const { pathname } = new URL(request.url);
    paths.push(pathname);
    if (pathname === "/hangs") await hung;
    else if (pathsOf("/well") === TENANTS) letGo();
    return test.outlets.send(request);
  };
  for (const path of ["/hangs", "/well"]) {
    const secrets = [`whsec_${randomBytes(32).toString("base64")}`];
    await test.add({ kind: "webhook", url: `${receiver.url}${path}`, secrets });
  }
  for (let index = 0; index < TENANTS; index += 1) await test.used(`tenant-${index}`);
  await test.sealAll();
  expect(await test.deliver({ send })).toEqual({ delivered: 2 * TENANTS, failed: 0, dead: 0 });
  expect(paths.slice(0, paths.lastIndexOf("/well")).filter((path) => path === "/hangs")).toHaveLength(2);
});
