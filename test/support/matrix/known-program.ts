import type { Cleanup } from "../cleanup.js";
import type { Program } from "../program.js";
import { until } from "../until.js";
import type { Declared } from "./declared.js";
import { rawPlan, startRawClient } from "./raw-client.js";
import type { Starters } from "./rows.js";

interface Ground {
  trace: Program;
  prefix: string;
  cleanup: Cleanup;
}

/**
 * Keeps a TLS server of this program running, and asks it until the agent tells of it. Nothing to do for a program that the
 * agent has probes for before it runs.
 */
export async function untilKnown(
  row: Declared,
  starters: Starters | undefined,
  ground: Ground,
): Promise<void> {
  const captured = row.server !== undefined && "source" in row.server.tls;
  if (!row.foundWhenRun || !captured || !starters?.server) return;
  const { trace, prefix, cleanup } = ground;
  const server = await starters.server(cleanup, "tls");
  const path = `${prefix}/known-${row.id}/length/1`;
  const fresh = [{ method: "GET", path, headers: [], body: "", apart: false }];
  await until(`the agent to know ${row.id}`, async () => {
    const client = startRawClient(cleanup, server.port, "tls");
    client.send(rawPlan({ kept: [], fresh }, server.port));
    await client.finish();
    const pids = server.pids();
    return trace.lines.some(
      (line) => line.includes(path) && pids.some((pid) => line.includes(`"process.pid":${pid},`)),
    );
  });
}
