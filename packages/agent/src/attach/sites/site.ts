import type { SiteKind } from "../../capture/native-session.js";

/** `enum site_function` of bpf/include/tables.h. */
export const SITE_FUNCTION = {
  read: 1,
  read_ex: 2,
  write: 3,
  write_ex: 4,
  write_flags: 5,
  clear: 6,
  free: 7,
  flush: 8,
  read_copy: 9,
  waiting_read: 10,
  handshake: 11,
  write_copy: 12,
  sendfile: 13,
  go_read_copy: 16,
  go_write: 17,
  go_read_return: 18,
  go_close: 19,
  go_handshake: 20,
} as const;
export type SiteFunction = keyof typeof SITE_FUNCTION;

/** Calls that read, noted from their entry to their return. */
export const NOTED_READS: ReadonlySet<SiteFunction> = new Set(["read", "read_ex"]);
/** The same of calls that write. */
export const NOTED_WRITES: ReadonlySet<SiteFunction> = new Set(["write", "write_ex", "write_flags"]);

export interface LibrarySite {
  function: SiteFunction;
  /** the function it stands on, or the one through which the inner function was found */
  symbol: string;
  /** on the function that the exported ones share */
  inner: boolean;
  /** in the file */
  offset: number;
  kind: SiteKind;
  cost: "emulated" | "single_step";
  /** what the runtime's own programs are told, in the upper six bytes of the cookie */
  detail?: bigint;
}
