import { type Program, startProgram } from "./program.js";

/** An account that is nobody's on this host: no name, no files, no processes but what a test starts. */
export const NOBODYS_ID = 64_123;

const listed = (capabilities: readonly string[]): string =>
  ["-all", ...capabilities.map((name) => `+${name.replace(/^CAP_/, "").toLowerCase()}`)].join(",");

/**
 * Starts a program as an account other than root that holds just these capabilities, as a systemd unit with
 * AmbientCapabilities and a bounding set does. Other accounts have to be able to reach what it reads before it holds them.
 */
export const startUnprivileged = (
  capabilities: readonly string[],
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Program => {
  const sets = ["--inh-caps", "--ambient-caps", "--bounding-set"].flatMap((set) => [
    set,
    listed(capabilities),
  ]);
  const account = [`--reuid=${NOBODYS_ID}`, `--regid=${NOBODYS_ID}`, "--clear-groups"];
  return startProgram("setpriv", [...account, ...sets, command, ...args], { env: environment });
};
