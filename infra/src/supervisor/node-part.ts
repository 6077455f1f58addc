import { rmSync } from "node:fs";
import { join } from "node:path";
import { startChild } from "../child.js";
import { endLeftover, hasArgument, pidIn } from "../leftover.js";
import { boundedLog } from "./bounded-log.js";
import { type Home, pidFile } from "./home.js";
import { keepRunning, noted, type Part } from "./part.js";

const STOP_WITHIN_MS = 30_000;
const LINES_SHOWN = 20;

export interface NodePart {
  /** For people: `the API`. */
  title: string;
  /** For files: `api.log`, `api.pid`. */
  name: string;
  script: string;
  /** of Node itself */
  nodeFlags?: readonly string[];
  args?: string[];
  environment: Record<string, string>;
  /** What runs it, before Node: `sudo -n env`, which gets the environment as arguments. */
  through?: readonly string[];
  /** Resolves when the start is complete; gives up when aborted. */
  ready: (given: AbortSignal) => Promise<void>;
  /** Files that only a running one has, beside its pid file. */
  removeAtEnd?: readonly string[];
  /** Aborted: everything is to stop, a start that waits gives up. */
  stopping: AbortSignal;
}

/** Starts one program of the product as a process of its own, and keeps it running. Resolves when it is ready. */
export const keepNodePart = async (
  home: Home,
  part: NodePart,
  say: (line: string) => void,
): Promise<Part> => {
  const log = boundedLog(join(home.logs, `${part.name}.log`));
  const file = pidFile(home, part.name);
  const leftover = pidIn(file.path);
  if (leftover)
    await endLeftover(leftover, (pid) => hasArgument(pid, part.script), "SIGTERM", STOP_WITHIN_MS);
  const onEnd = () => {
    file.remove();
    for (const path of part.removeAtEnd ?? []) rmSync(path, { force: true });
  };
  const start = async () => {
    const lastLines: string[] = [];
    const [program = "", ...args] = commandOf(part);
    const child = await startChild(program, args, {
      env: part.environment,
      onLine: (line) => {
        log(line);
        lastLines.push(line);
        if (lastLines.length > LINES_SHOWN) lastLines.shift();
      },
    });
    const { pid } = child;
    const stop = () => child.stop("SIGTERM", STOP_WITHIN_MS);
    await noted({ pid, stop }, file.write);
    const ended = new AbortController();
    const giveUp = () => void stop();
    part.stopping.addEventListener("abort", giveUp, { once: true });
    void child.ended.then(() => ended.abort());
    if (part.stopping.aborted) giveUp();
    const how = await Promise.race([part.ready(ended.signal).then(() => "ready"), child.ended]);
    part.stopping.removeEventListener("abort", giveUp);
    if (how !== "ready") {
      onEnd();
      throw new Error(`${part.title} ended (${how}) before it was ready:\n${lastLines.join("\n")}`);
    }
    return { pid, ended: child.ended, stop };
  };
  return keepRunning(part.title, start, { say, onStart: () => {}, onEnd });
};

const commandOf = ({ through = [], environment, script, nodeFlags = [], args = [] }: NodePart): string[] => {
  const passed =
    through.length > 0 ? Object.entries(environment).map(([name, value]) => `${name}=${value}`) : [];
  return [...through, ...passed, process.execPath, ...nodeFlags, script, ...args];
};
