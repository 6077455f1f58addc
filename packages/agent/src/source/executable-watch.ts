import type { Asked } from "../attach/coverage/judge.js";
import { allPids } from "../attach/processes/proc-process.js";
import { executableFileOf, runningExecutable } from "../attach/processes/running-executable.js";
import { fileKey, type SeenFile } from "../capture/policy-bytes.js";
import type { PolicyTables } from "../capture/policy-tables.js";

/** Puts a set in force for all that come to be known within that time. */
const RENEW_AFTER_MS = 50;

export interface ExecutableWatchEvents {
  /** processes became targets */
  onRenewed(): void;
  /** they did not yet; the next scan tries again */
  onFailed(error: Error): void;
}

/**
 * Tells the policy tables of the executables that processes run, containers' included: a glob is matched with the path
 * that the process has in its own file system. Where that makes a target of a process that may have made calls, or takes one from among them, the set is
 * soon put in force again, since the kernel remembers its judgement for a generation.
 */
export class ExecutableWatch {
  readonly #pids = new Set<number>();
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly tables: Pick<PolicyTables, "knows" | "addExecutable" | "renew">,
    private readonly events: ExecutableWatchEvents,
  ) {}

  /** A process runs this. @throws NativeError when a table is full */
  sighted(pid: number, executable: SeenFile, path: string): void {
    if (this.tables.knows(executable, path)) return;
    if (!this.tables.addExecutable(withBirth(pid, executable), path)) return;
    this.#isDue = true;
    this.#timer ??= setTimeout(() => this.#renew(), RENEW_AFTER_MS);
  }

  /** Once a second: processes that began without our hearing of it. */
  scan(): void {
    const pids = new Set(allPids());
    for (const pid of this.#pids) if (!pids.has(pid)) this.#pids.delete(pid);
    for (const pid of pids) if (!this.#pids.has(pid)) this.#look(pid);
    if (this.#isDue) this.#renew();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #renew(): void {
    this.stop();
    this.#timer = undefined;
    try {
      this.tables.renew();
    } catch (error) {
      this.events.onFailed(error as Error);
      return;
    }
    this.#isDue = false;
    this.events.onRenewed();
  }

  forget(pid: number): void {
    this.#pids.delete(pid);
  }

  #look(pid: number): void {
    this.#pids.add(pid);
    const running = runningExecutable(pid);
    if (running !== undefined) this.sighted(pid, running.file, running.path);
  }
}

/** As its process has it, which knows its birth; as it is where that one is gone, or runs another program by now. */
function withBirth(pid: number, file: SeenFile): SeenFile {
  if (file.bornNs !== undefined) return file;
  try {
    const running = executableFileOf(pid);
    return running !== undefined && fileKey(running) === fileKey(file) ? running : file;
  } catch {
    return file;
  }
}

/** Whether a policy in force asks about what this process runs. What may not be looked at is asked about: it has another reason. */
export function askedOf(tables: Pick<PolicyTables, "asksAbout">, pid: number): Asked {
  try {
    const file = executableFileOf(pid);
    const asks = file && tables.asksAbout(file);
    if (asks !== undefined) return asks ? "asked" : "not_asked";
    return file ? "unknown" : "asked";
  } catch {
    return "asked";
  }
}
