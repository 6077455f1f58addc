import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CapturePolicyInput } from "@masthead/shared/policy/schema";
import type { Cleanup } from "./cleanup.js";
import { type Program, startProgram } from "./program.js";
import { until } from "./until.js";

const AGENT = fileURLToPath(new URL("../../packages/agent/bin/masthead-agent.js", import.meta.url));

/** `masthead-agent trace --json` under one policy, attached: each line of its output is an exchange. */
export const startAttachedTrace = async (
  cleanup: Cleanup,
  spec: CapturePolicyInput["spec"],
): Promise<Program> => {
  const folder = cleanup.folder();
  const file = join(folder, "policy.json");
  const document = {
    apiVersion: "masthead.dev/v1",
    kind: "CapturePolicy",
    metadata: { name: "traced" },
    spec,
  };
  writeFileSync(file, JSON.stringify(document));
  const trace = startProgram(process.execPath, [AGENT, "trace", "--json", "--policy", file], {
    env: { ...process.env, MASTHEAD_HOME: join(folder, "home") },
  });
  cleanup.add(() => trace.stop("SIGKILL"));
  await until("probes", () => trace.errors().includes("masthead-agent: tracing"));
  return trace;
};
