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
} as const;
export type SiteFunction = keyof typeof SITE_FUNCTION;

export interface LibrarySite {
  function: SiteFunction;
  /** the function it stands on, or the one through which the inner function was found */
  symbol: string;
  /** on the function that the exported ones share */
  inner: boolean;
  /** in the file */
  offset: number;
  kind: "call" | "entry";
  cost: "emulated" | "single_step";
}
