import { ATTACH_TYPE, type NativeSession, native, type ProgramPlan } from "./native-addon.js";

/**
 * Tracepoint programs: without the first three a process that lives 20 ms has no name, so they are required. `socket_syscall`
 * is for kernels without the two before it (before Linux 6.3). The two by which HTTP in clear is read, where that is wanted, tell what those three
 * tell, which are attached only where it is not read. Both they and `socket_syscall` slow every system call of the host a little. The last two are attached while a policy asks for `arrival`.
 */
const TRACEPOINTS = {
  process_exec: "required",
  process_exit: "required",
  process_fork: "required",
  socket_send: "socket",
  socket_receive: "socket",
  socket_syscall: "instead",
  system_call_entry: "clear",
  system_call_return: "clear",
  arrival_note: "asked",
  arrival_take: "asked",
} as const;

/** What those of `clear` go on to: the map by which they find it, and its place there (bpf/include/tables.h). */
const FOLLOWED_CALLS = [
  { map: "followed_entries", at: 0, program: "socket_write_entry" },
  { map: "followed_entries", at: 1, program: "socket_close_entry" },
  { map: "followed_entries", at: 2, program: "socket_cold_entry" },
  { map: "followed_returns", at: 0, program: "socket_call_return" },
];

/** They tell something together only. */
export const ARRIVAL_PROGRAMS: readonly string[] = ["arrival_note", "arrival_take"];

/** @throws NativeError that names the program, and then the session is closed */
export function putFollowedCalls(session: NativeSession): void {
  try {
    for (const { map, at, program } of FOLLOWED_CALLS) native(() => session.putProgram(map, at, program));
  } catch (error) {
    session.close();
    throw error;
  }
}

/** Whether HTTP in clear is read, by the programs that are loaded. */
export const readsClearText = (programs: readonly string[]): boolean =>
  clearTextPrograms.every(({ name }) => programs.includes(name));

/** What is missing of these is said when a policy asks. */
export const isAsked = (name: string): boolean => ARRIVAL_PROGRAMS.includes(name);

export const isSocketTracepoint = (name: string): boolean => isPlanned(name, "socket");

/** In the stead of those. */
export const standsIn = (name: string): boolean => isPlanned(name, "instead");

/** Of no use where HTTP in clear is read. */
export const tellsSocketsOnly = (name: string): boolean => isSocketTracepoint(name) || standsIn(name);

/** Those of the loaded programs that are attached as long as an agent runs, where the kernel refuses none. */
export const standingTracepoints = (loaded: readonly string[]): string[] => {
  const readsSockets = readsClearText(loaded) ? (name: string) => isPlanned(name, "clear") : tellsSocketsOnly;
  return loaded.filter((name) => isPlanned(name, "required") || readsSockets(name));
};

export const section = (name: string): ProgramPlan => ({ name, attachType: ATTACH_TYPE.section });

type Need = (typeof TRACEPOINTS)[keyof typeof TRACEPOINTS];

export const plan = (need: Need): ProgramPlan[] =>
  Object.entries(TRACEPOINTS)
    .filter(([, which]) => which === need)
    .map(([name]) => section(name));

const isPlanned = (name: string, need: Need): boolean => plan(need).some((each) => each.name === name);

/** They read HTTP in clear together only. */
export const clearTextPrograms = [...plan("clear"), ...FOLLOWED_CALLS.map(({ program }) => section(program))];

export const isOfClearText = (program: string): boolean =>
  clearTextPrograms.some(({ name }) => name === program);

export const withoutClearText = (reason: string): string => `HTTP in clear is not read: ${reason}`;
