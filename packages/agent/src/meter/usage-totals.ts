/** What was counted of exchanges that are alike, in one window. */
export interface UsageTotals {
  requests: number;
  errors: number;
  requestBytes: number;
  responseBytes: number;
  /** by latency bucket, as many in all as requests */
  latency: readonly (readonly [bucket: number, count: number])[];
  measures?: Record<string, number>;
}
