import { type RunningExecutable, runningExecutable } from "../attach/processes/running-executable.js";
import { type ExecutableFile, fileKey } from "../capture/policy-bytes.js";

/** An executable that processes run: what is suspended when a budget cannot be held. */
export interface Target {
  /** of device and inode */
  key: string;
  file: ExecutableFile;
  path: string;
}

interface Load {
  target: Target | undefined;
  records: number;
}

const PROCESSES_MAX = 16_384;

/** How many records each executable's processes caused. */
export class TargetLoad {
  readonly #ofProcess = new Map<number, Load>();
  readonly #ofTarget = new Map<string, Load>();
  readonly #unknown: Load = { target: undefined, records: 0 };
  #lastPid = -1;
  #last: Load = this.#unknown;

  /** @param find the executable of a process that began without our hearing of it */
  constructor(private readonly find: (pid: number) => RunningExecutable | undefined = runningExecutable) {}

  /** A record of this process came. */
  count(pid: number): void {
    if (pid !== this.#lastPid) {
      this.#last = this.#ofProcess.get(pid) ?? this.#meet(pid, this.find(pid));
      this.#lastPid = pid;
    }
    this.#last.records += 1;
  }

  /** A process began a program. @param path undefined: its file has no name that could be shown */
  began(pid: number, file: ExecutableFile, path: string | undefined): void {
    this.#lastPid = -1;
    this.#meet(pid, { file, path: path ?? "unknown" });
  }

  /** A process ended; what it caused stays its executable's. */
  ended(pid: number): void {
    this.#lastPid = -1;
    this.#ofProcess.delete(pid);
  }

  /** The executable with most records in this count. */
  costliest(except: (target: Target) => boolean): Target | undefined {
    let most: Load | undefined;
    for (const load of this.#ofTarget.values()) {
      if (load.target === undefined || load.records === 0 || except(load.target)) continue;
      if (most === undefined || load.records > most.records) most = load;
    }
    return most?.target;
  }

  /** Begins a new count. */
  restart(): void {
    for (const load of this.#ofTarget.values()) load.records = 0;
  }

  #forget(): void {
    this.#ofProcess.clear();
    this.#ofTarget.clear();
  }

  #meet(pid: number, found: RunningExecutable | undefined): Load {
    if (this.#ofProcess.size >= PROCESSES_MAX || this.#ofTarget.size >= PROCESSES_MAX) this.#forget();
    const load = found === undefined ? this.#unknown : this.#loadOf(found);
    this.#ofProcess.set(pid, load);
    return load;
  }

  #loadOf({ file, path }: RunningExecutable): Load {
    const key = fileKey(file);
    let load = this.#ofTarget.get(key);
    if (load === undefined) {
      load = { target: { key, file, path }, records: 0 };
      this.#ofTarget.set(key, load);
    }
    return load;
  }
}
