import { consumerEntry, estimateConsumers, mergeConsumers } from "@masthead/shared/usage/consumer-sketch";
import { type Histogram, mergeHistograms, quantileMs } from "@masthead/shared/usage/histogram";
import type { UsagePart } from "@masthead/shared/wire/batch";

/** What is counted of one row in one period. */
export class Counter {
  readonly parts: UsagePart[] = [];
  #histogram: Histogram | undefined;

  get histogram(): Histogram {
    this.#histogram ??= mergeHistograms(...this.parts.map((part) => part.latency));
    return this.#histogram;
  }
  sum(name: "requests" | "errors" | "requestBytes" | "responseBytes"): number {
    return this.parts.reduce((sum, part) => sum + part[name], 0);
  }
  get measures(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const part of this.parts)
      for (const [name, value] of Object.entries(part.measures ?? {})) sums[name] = (sums[name] ?? 0) + value;
    return sums;
  }
  get consumers(): { count: number; exact: boolean } {
    const named = new Set(
      this.parts.flatMap(({ consumer }) => (consumer?.startsWith("fp:") ? [consumer] : [])),
    );
    const sketches = this.parts.flatMap(({ consumers }) =>
      consumers && consumers.length > 0 ? [consumers] : [],
    );
    if (sketches.length === 0) return { count: named.size, exact: true };
    const entries = [...named].map((one) => [consumerEntry(one) ?? 0]);
    return { count: estimateConsumers(mergeConsumers(...sketches, ...entries)), exact: false };
  }
  /** @param metric as in `top.by` and `orderBy` */
  metric(metric: string): number {
    if (metric.startsWith("measures.")) return this.measures[metric.slice(9)] ?? 0;
    const q = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 }[metric.slice("latencyMs.".length)];
    if (metric.startsWith("latencyMs.")) return quantileMs(this.histogram, q ?? 0) ?? -1;
    return this.sum(metric as "requests");
  }
}
