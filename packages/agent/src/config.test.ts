import { expect, test } from "vitest";
import { readAgentConfiguration } from "./config.js";

test("everything has a default that is itself valid", () => {
  const read = readAgentConfiguration({});
  expect(read).toMatchObject({ flushAfterMs: 1000, labels: {}, logLevel: "info" });
  expect(read.fingerprintKey).toBe(`${read.home}/fingerprint.key`);
});

test("labels are pairs", () => {
  expect(readAgentConfiguration({ MASTHEAD_AGENT_LABELS: "env=prod, zone = a" }).labels).toEqual({
    env: "prod",
    zone: "a",
  });
  expect(() => readAgentConfiguration({ MASTHEAD_AGENT_LABELS: "prod" })).toThrow(/MASTHEAD_AGENT_LABELS/);
});

test("an agent id is a subject token", () => {
  expect(() => readAgentConfiguration({ MASTHEAD_AGENT_ID: "a.*" })).toThrow(/MASTHEAD_AGENT_ID/);
});

test("the ring's size is one that the kernel takes as it is", () => {
  expect(readAgentConfiguration({ MASTHEAD_RING_BYTES: "8192" }).ringBytes).toBe(8192);
  expect(() => readAgentConfiguration({ MASTHEAD_RING_BYTES: "5000" })).toThrow(
    "MASTHEAD_RING_BYTES: a power of two",
  );
});

test("a fingerprint key that somebody named is not made", () => {
  expect(readAgentConfiguration({}).makesFingerprintKey).toBe(true);
  expect(readAgentConfiguration({ MASTHEAD_FINGERPRINT_KEY: "/etc/key" })).toMatchObject({
    fingerprintKey: "/etc/key",
    makesFingerprintKey: false,
  });
});
