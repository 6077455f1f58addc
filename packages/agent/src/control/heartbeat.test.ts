import { readFileSync } from "node:fs";
import { heartbeatSchema } from "@masthead/shared/wire/heartbeat";
import { expect, test } from "vitest";
import { MemoryMessaging } from "../testing/memory-messaging.js";
import { HeartbeatSender } from "./heartbeat.js";

const golden = new URL("../../../../test/golden/wire/heartbeat.v1.json", import.meta.url);

test("reasons of any number and length leave the heartbeat one that is accepted", async () => {
  const {
    v: _,
    sentAtUs: __,
    final: ___,
    ...facts
  } = heartbeatSchema.parse(JSON.parse(readFileSync(golden, "utf8")));
  const reasons = Array.from({ length: 100 }, (_, index) => `${index}: ${"refused 😀".repeat(1000)}`);
  const messaging = new MemoryMessaging();
  const withReasons = () => ({ ...facts, health: { status: "degraded" as const, reasons } });
  await new HeartbeatSender(messaging, withReasons, () => 1, "run").send();
  const sent = heartbeatSchema.parse(
    JSON.parse(Buffer.from(messaging.published[0]?.payload ?? []).toString()),
  );
  expect(sent.health.reasons[0]).toMatch(/^0: refused /);
  // Postgres takes no half of a surrogate pair for text.
  for (const reason of sent.health.reasons) expect(reason).not.toMatch(/\p{Surrogate}/u);
});
