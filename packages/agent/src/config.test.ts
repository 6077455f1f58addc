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
