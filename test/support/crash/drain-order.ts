/** What a drain in a process of its own is told. */
export interface DrainOrder {
  databaseUrl: string;
  nats: { url: string; credentials: string };
  /** its clock stands still */
  nowUs: number;
  /** it ends after so many */
  messages: number;
  /** name of a step that it does not survive */
  dieAt?: string;
}
