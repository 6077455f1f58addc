import { fileURLToPath } from "node:url";
import type { NatsServer } from "@masthead/infra/nats-server";
import type { Cleanup } from "../../support/cleanup.js";
import type { Program } from "../../support/program.js";
import { until } from "../../support/until.js";
import type { Attach } from "./server-turns.js";
import { type AgentHome, startAgent } from "./traced-agent.js";

const SWITCH = fileURLToPath(
  new URL("../../../packages/agent/dist/testing/switchable-probes.js", import.meta.url),
);

/** An agent whose probes can be taken away and put back while it runs. */
export interface SwitchableAgent {
  readonly program: Program;
  readonly attach: Attach;
}

/** Its probes are away. */
export const startSwitchableAgent = async (
  cleanup: Cleanup,
  nats: NatsServer,
  home: AgentHome,
): Promise<SwitchableAgent> => {
  const program = await startAgent(cleanup, nats, home, { NODE_OPTIONS: `--import=${SWITCH}` });
  const switchProbes = async (): Promise<void> => {
    const said = program.lines.length;
    process.kill(program.pid, "SIGUSR2");
    await until("the agent to have switched its probes", () => program.lines.length > said);
  };
  const attach = async () => {
    await switchProbes();
    return switchProbes;
  };
  await switchProbes();
  return { program, attach };
};
