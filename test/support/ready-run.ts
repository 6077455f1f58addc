import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The run of the agent that is in force, by its MASTHEAD_HOME; undefined while there is none. */
export const readyEpoch = (home: string): number | undefined => {
  try {
    return (JSON.parse(readFileSync(join(home, "run/agent.ready"), "utf8")) as { epoch: number }).epoch;
  } catch {
    return undefined;
  }
};
