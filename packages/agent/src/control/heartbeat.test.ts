import { readFileSync } from "node:fs";
import { heartbeatSchema } from "@masthead/shared/wire/heartbeat";
import { expect, test } from "vitest";
import { MemoryMessaging } from "../testing/memory-messaging.js";
import { type HeartbeatFacts, HeartbeatSender } from "./heartbeat.js";

const golden = new URL("../../../../test/golden/wire/heartbeat.v1.json", import.meta.url);

const facts = (): HeartbeatFacts => {
  const {
    v: _,
    sentAtUs: __,
    final: ___,
    ...rest
  } = heartbeatSchema.parse(JSON.parse(readFileSync(golden, "utf8")));
  return rest;
};

/** Answers when it is told to. */
class SlowMessaging extends MemoryMessaging {
  readonly answers: (() => void)[] = [];
  override async publishStored(subject: string, payload: Uint8Array, messageId: string): Promise<void> {
    await super.publishStored(subject, payload, messageId);
    await new Promise<void>((resolve) => this.answers.push(resolve));
  }
}

test("the last one is sent after those on their way, under an id of its own", async () => {
  const messaging = new SlowMessaging();
  let now = 0;
  const sender = new HeartbeatSender(messaging, facts, () => ++now, "run");
  const sends = [sender.send()];
  for (let answered = 0; answered < 3; answered++) {
    await expect.poll(() => messaging.answers.length).toBe(answered + 1);
    if (answered === 0) sends.push(sender.send(), sender.send(), sender.send(true));
    messaging.answers[answered]?.();
  }
  await Promise.all(sends);
  const sent = messaging.published.map(({ payload, messageId }) => ({
    messageId,
    ...heartbeatSchema.parse(JSON.parse(Buffer.from(payload).toString())),
  }));
  expect(sent.map(({ final, sentAtUs }) => [final, sentAtUs])).toEqual([
    [false, 1],
    [false, 2],
    [true, 3],
  ]);
  expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(3);
  expect([sender.sent, sender.failed]).toEqual([3, 0]);
});

test("one that fails stands in no other's way", async () => {
  const messaging = new MemoryMessaging();
  messaging.fail = new Error("away");
  const sender = new HeartbeatSender(messaging, facts, () => 1, "run");
  await sender.send();
  messaging.fail = undefined;
  await sender.send(true);
  expect(messaging.published).toHaveLength(1);
  expect([sender.sent, sender.failed]).toEqual([1, 1]);
});

test("reasons of any number and length leave the heartbeat one that is accepted", async () => {
  const reasons = Array.from({ length: 100 }, (_, index) => `${index}: ${"refused 😀".repeat(1000)}`);
  const messaging = new MemoryMessaging();
  const withReasons = () => ({ ...facts(), health: { status: "degraded" as const, reasons } });
  await new HeartbeatSender(messaging, withReasons, () => 1, "run").send();
  const sent = heartbeatSchema.parse(
    JSON.parse(Buffer.from(messaging.published[0]?.payload ?? []).toString()),
  );
  expect(sent.health.reasons[0]).toMatch(/^0: refused /);
  // Postgres takes no half of a surrogate pair for text.
  for (const reason of sent.health.reasons) expect(reason).not.toMatch(/\p{Surrogate}/u);
});
