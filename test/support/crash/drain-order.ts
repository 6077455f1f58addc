/** What a drain does: commits batches with all that belongs to it, books heartbeats alone, or does what time asks for. */
export type DrainWork = "batches" | "heartbeats" | "upkeep";

/** What a drain in a process of its own is told. */
export interface DrainOrder {
  databaseUrl: string;
  nats: { url: string; credentials: string };
  /** its clock stands still */
  nowUs: number;
  work: DrainWork;
  /** batches or heartbeats after which it ends */
  messages: number;
  /** name of a step that it does not survive */
  dieAt?: string;
}
