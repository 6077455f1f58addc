import { fileURLToPath } from "node:url";
import type { NatsServer } from "@masthead/infra/nats-server";
import type { Cleanup } from "../../support/cleanup.js";
import type { Program } from "../../support/program.js";
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
  let switches = 0;
  const switchProbes = async (): Promise<void> => {
    switches += 1;
    const answer = `${switches} `;
    process.kill(program.pid, "SIGUSR2");
    await program.line((line) => line.startsWith(answer));
  };
  await switchProbes();
  return {
    program,
    async attach() {
      await switchProbes();
      return switchProbes;
    },
  };
};
