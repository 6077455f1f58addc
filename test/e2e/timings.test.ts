import { exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { startAttachedTrace } from "../support/trace.js";
import { copyPrograms } from "../support/traced-programs.js";
import { until } from "../support/until.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test("an agent that has dropped its capabilities measures what a policy that comes later asks for", async () => {
  const programs = copyPrograms(cleanup);
  const trace = await startAttachedTrace(cleanup, {
    targets: [{ executable: programs.executable.server, role: "server" }],
    timings: ["arrival", "network", "cpu"],
  });
  const server = await programs.server();
  const client = programs.client(server, { connections: 1, rounds: 3 });
  await client.finish();
  await until("exchanges", () => trace.lines.length === 3);
  expect(trace.errors()).not.toContain("is not measured");
  for (const line of trace.lines) {
    const { attributes, durationMs } = exchangeItemSchema.parse(JSON.parse(line));
    expect(attributes["capture.arrival_delay_ms"]).toBeGreaterThan(0);
    expect(attributes["capture.thread_cpu_ms"]).toBeGreaterThan(0);
    expect(attributes["capture.thread_cpu_ms"]).toBeLessThanOrEqual(durationMs * 1.01 + 0.2);
    expect(attributes["capture.rtt_ms"]).toBeGreaterThan(0);
    expect(attributes["capture.retransmits"]).toBe(0);
  }
});
