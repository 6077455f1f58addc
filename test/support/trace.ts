import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CapturePolicyInput } from "@masthead/shared/policy/schema";
import type { Cleanup } from "./cleanup.js";
import { type Program, startProgram } from "./program.js";
import { until } from "./until.js";

/** The agent's command, run by Node. */
export const AGENT = fileURLToPath(new URL("../../packages/agent/bin/masthead-agent.js", import.meta.url));

/** `masthead-agent trace --json` with this policy and a home of its own. Stopped by `cleanup`. @param env further variables */
export function startTrace(cleanup: Cleanup, policy: object, env: NodeJS.ProcessEnv = {}): Program {
  const folder = cleanup.folder();
  const file = join(folder, "policy.json");
  writeFileSync(file, JSON.stringify(policy));
  const trace = startProgram(process.execPath, [AGENT, "trace", "--json", "--policy", file], {
    env: { ...process.env, MASTHEAD_HOME: join(folder, "home"), ...env },
  });
  cleanup.add(() => trace.stop("SIGKILL"));
  return trace;
}

/** Waits until its probes are attached and its policy is in force. */
export const tracing = (trace: Program): Promise<boolean> =>
  until("probes", () => trace.errors().includes("masthead-agent: tracing"));

/** `masthead-agent trace --json` under one policy, attached: each line of its output is an exchange. */
export const startAttachedTrace = async (
  cleanup: Cleanup,
  spec: CapturePolicyInput["spec"],
  env: NodeJS.ProcessEnv = {},
): Promise<Program> => {
  const policy = { apiVersion: "masthead.dev/v1", kind: "CapturePolicy", metadata: { name: "traced" }, spec };
  const trace = startTrace(cleanup, policy, env);
  await tracing(trace);
  return trace;
};
