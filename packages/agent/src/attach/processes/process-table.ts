import { fileKey } from "../../capture/policy-bytes.js";
import type { ProcessInfo } from "../../exchange.js";
import { GoPrograms } from "../go/go-programs.js";
import { CgroupIds } from "./cgroup-ids.js";
import { givenExecutable } from "./given-executable.js";
import { cgroupOf, executableOf, procPath, statOf } from "./proc-process.js";
import { type ProcessExec, processInfo } from "./process-names.js";
import { type RunningExecutable, runningExecutable } from "./running-executable.js";

interface Entry {
  exec?: ProcessExec;
  info?: ProcessInfo;
}

const EXITED_MAX = 4096;
const LIVE_MAX = 65_536;
const EXECUTABLES_MAX = 4096;

/**
 * Processes by id: the live ones, and for a while those that ended, since their last records come after them. One object
 * per process and program, so that it can be a key.
 */
export class ProcessTable {
  readonly #live = new Map<number, Entry>();
  readonly #exited = new Map<number, ProcessInfo>();
  /** paths by inode of executables seen before: names for what is gone when we look */
  readonly #executables = new Map<string, string>();
  readonly #cgroups = new CgroupIds();
  readonly #programs = new GoPrograms();
  readonly #threadsServe = new WeakMap<ProcessInfo, boolean>();

  onExec(exec: ProcessExec): void {
    this.#exited.delete(exec.pid);
    this.#live.delete(exec.pid);
    this.#remember(this.#live, exec.pid, { exec }, LIVE_MAX);
  }

  /** The first call as a target of a process that had no execve of its own: it may be gone by now. */
  onTarget(process: ProcessExec): void {
    const known = this.#live.get(process.pid);
    const isKnown = known?.exec ? known.exec.startNs === process.startNs : known?.info?.executablePath;
    if (!isKnown) this.onExec(process);
  }

  onExit(pid: number): void {
    const entry = this.#live.get(pid);
    if (!entry) return;
    this.#live.delete(pid);
    this.#remember(this.#exited, pid, entry.info ?? this.#name(pid, entry.exec), EXITED_MAX);
  }

  /** Never fails: a process of which nothing is known any more is called `unknown`. */
  of(pid: number): ProcessInfo {
    const entry = this.#live.get(pid);
    if (entry) {
      entry.info ??= this.#name(pid, entry.exec);
      return entry.info;
    }
    const exited = this.#exited.get(pid);
    if (exited) return exited;
    // Older than this agent, or no target.
    const info = this.#name(pid, undefined);
    this.#remember(this.#live, pid, { info }, LIVE_MAX);
    return info;
  }

  /**
   * Whether a thread of the process goes on with what it began. Not in Go, whose goroutines take turns on threads; nor is it
   * said of a process whose program cannot be read, or not any more.
   */
  threadsServe(pid: number): boolean {
    const info = this.of(pid);
    let serve = this.#threadsServe.get(info);
    if (serve === undefined) {
      serve = this.#live.has(pid) && this.#programs.isGo(procPath(pid, "exe")) === false;
      this.#threadsServe.set(info, serve);
    }
    return serve;
  }

  /** The processes there are when we begin to hear of them: each may be gone when its first record is read. */
  begin(pids: Iterable<number>): void {
    for (const pid of pids) this.of(pid);
  }

  /** Live processes that are not among these any more ended without our hearing of it. */
  keep(pids: ReadonlySet<number>): void {
    for (const pid of this.#live.keys()) {
      if (!pids.has(pid)) this.onExit(pid);
    }
    // An id that is in use again is another process.
    for (const pid of this.#exited.keys()) {
      if (pids.has(pid) && statOf(pid) !== undefined) this.#exited.delete(pid);
    }
  }

  #name(pid: number, exec: ProcessExec | undefined): ProcessInfo {
    const running = runningExecutable(pid);
    const executable = running?.path ?? executableOf(pid);
    if (running && !exec)
      this.#remember(this.#executables, fileKey(running.file), running.path, EXECUTABLES_MAX);
    return processInfo({
      pid,
      exec,
      executable,
      knownExecutable: exec && this.#executableThen(exec, running),
      cgroup: cgroupOf(pid) ?? (exec ? this.#cgroups.of(exec.cgroup) : undefined),
      command: executable === undefined && !exec ? statOf(pid)?.command : undefined,
    });
  }

  /**
   * What it ran when the kernel told of it, by the inode: it may run another program by now, or be gone. From itself, another process that ran it,
   * its parent, which runs it yet where it did not call execve itself, or what was given to execve.
   */
  #executableThen(exec: ProcessExec, running: RunningExecutable | undefined): string | undefined {
    const key = fileKey(exec);
    const pathOf = (found: RunningExecutable | undefined): string | undefined =>
      found && fileKey(found.file) === key ? found.path : undefined;
    const own = pathOf(running);
    const known = own === undefined ? this.#executables.get(key) : undefined;
    if (known !== undefined) return known;
    const path =
      own ??
      pathOf(runningExecutable(exec.parentPid)) ??
      (exec.file ? givenExecutable(exec.file, exec.parentPid, exec) : undefined);
    if (path !== undefined) this.#remember(this.#executables, key, path, EXECUTABLES_MAX);
    return path;
  }

  #remember<Key, Value>(into: Map<Key, Value>, key: Key, value: Value, max: number): void {
    if (into.size >= max) {
      for (const oldest of into.keys()) {
        into.delete(oldest);
        break;
      }
    }
    into.set(key, value);
  }
}
