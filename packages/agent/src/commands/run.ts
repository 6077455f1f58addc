import { startAgent } from "../agent.js";
import { readAgentConfiguration } from "../config.js";
import { createLog } from "../log.js";
import { endSignal } from "./end-signal.js";

/** The agent for real, until SIGINT or SIGTERM. @throws Error in words when it cannot start */
export async function run(options: { recorded?: string }): Promise<void> {
  const config = readAgentConfiguration(process.env);
  const log = createLog(config.logLevel);
  const end = endSignal();
  const agent = await startAgent(config, options.recorded, log);
  log.info({ signal: await end }, "stopping");
  await agent.stop();
}
