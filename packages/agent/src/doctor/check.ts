/** One question about this host and its answer. */
export interface Check {
  name: string;
  /** `limited`: captures, but less; `failed`: cannot capture; `note`: worth knowing */
  status: "ok" | "note" | "limited" | "failed";
  /** what was found */
  found: string;
  /** what to do, where something is missing */
  advice?: string;
}
