import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Home } from "./home.js";

/** When a process began, in clock ticks since boot; tells it from a later one with the same id. */
const startTicks = (pid: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
  } catch {
    return undefined;
  }
};

/** Who holds a home: two runs with one home would write to each other's data. */
export interface Lock {
  release(): void;
}

/** Takes the home for this process. @throws Error with what to do when another process holds it */
export const takeHome = (home: Home): Lock => {
  const file = join(home.run, "supervisor.pid");
  const mine = `${process.pid}\n${startTicks(String(process.pid))}\n`;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: "wx" });
      return { release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const [pid = "", ticks] = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    if (pid !== "" && startTicks(pid) === ticks) {
      throw new Error(
        `Masthead already runs with ${home.path} (process ${pid}): stop that one, or set MASTHEAD_HOME`,
      );
    }
    rmSync(file, { force: true });
  }
};
