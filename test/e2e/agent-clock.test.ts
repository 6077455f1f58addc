import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { publishPolicySet } from "@masthead/api/platform/nats/policy-publisher";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { until } from "../support/until.js";
import { policySet, RecordedHost } from "./support/recorded-host.js";

let cleanup: Cleanup;
let host: RecordedHost;
beforeEach(async () => {
  cleanup = new Cleanup();
  host = await RecordedHost.start(cleanup);
});
afterEach(() => cleanup.run());

const HOUR_MS = 3_600_000;

/** Where an agent's clock stands, beside the host's: the host's own is everybody's. */
const clockThatIsSet = () => {
  const [file, module] = [join(host.folder, "ahead-ms"), join(host.folder, "clock.mjs")];
  const set = (aheadMs: number) => writeFileSync(file, String(aheadMs));
  set(0);
  writeFileSync(
    module,
    `import { readFileSync } from "node:fs";
     const now = Date.now;
     Date.now = () => now() + Number(readFileSync(${JSON.stringify(file)}, "utf8") || 0);`,
  );
  return { set, environment: { NODE_OPTIONS: `--import=${pathToFileURL(module)}` } };
};

it("goes on reporting when the host's clock is set back, and takes back until when it was complete", async () => {
  await host.controlPlane((connection) => publishPolicySet(connection, policySet(1)));
  const clock = clockThatIsSet();
  clock.set(HOUR_MS);
  const agent = await host.startAgent(undefined, clock.environment);
  const aheadUs = (Date.now() + HOUR_MS) * 1_000;
  const before = await until("a heartbeat by the clock that is ahead", async () => {
    const heartbeat = await host.lastHeartbeat();
    return heartbeat && heartbeat.completeUntilUs >= aheadUs && heartbeat;
  });
  clock.set(0);
  const after = await until("one by the clock that was set back", async () => {
    const heartbeat = await host.lastHeartbeat();
    return (
      heartbeat && heartbeat.completeUntilUs < aheadUs && heartbeat.lastSeq > before.lastSeq && heartbeat
    );
  });
  expect(after.sentAtUs).toBeLessThan(before.sentAtUs);
  expect(after.completeUntilUs).toBeLessThanOrEqual(after.sentAtUs);
  expect(after.ledger.serial).toBeGreaterThan(before.ledger.serial ?? Number.POSITIVE_INFINITY);
  expect(after.counters["clock_steps_back"]).toBe(1);
  expect(agent.errors()).toContain("the host's clock was set back");
  expect(await agent.stop()).toBe("exit code 0");
});
