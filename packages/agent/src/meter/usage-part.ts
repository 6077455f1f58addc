import { ConsumerRegisters, consumerEntry } from "@masthead/shared/usage/consumer-sketch";
import { toHistogram } from "@masthead/shared/usage/histogram";
import type { Exchange } from "../exchange.js";
import { isError } from "./sampling.js";
import type { UsageTotals } from "./usage-totals.js";

/** At most this much JSON follows a part's head, before histogram and measures. */
const NUMBERS_BYTES = 160;
const HISTOGRAM_BUCKET_BYTES = 24;
const NUMBER_BYTES = 26;
const SKETCH_BYTES = 16;
const SKETCH_ENTRY_BYTES = 7;

/** What is counted of one series in one window since the batch before. `head`: JSON of what names it, less the closing brace. */
export class UsagePart {
  #requests = 0;
  #errors = 0;
  #requestBytes = 0;
  #responseBytes = 0;
  #measures: Map<string, number> | undefined;
  readonly #latency = new Map<number, number>();
  #consumers: ConsumerRegisters | undefined;
  /** never less than the part's JSON */
  bytes: number;

  constructor(private readonly head: string) {
    this.bytes = Buffer.byteLength(head) + NUMBERS_BYTES;
  }

  /** @param bucket latency bucket of its duration @returns by how many bytes the part's JSON may have grown */
  count(exchange: Exchange, bucket: number): number {
    const before = this.bytes;
    this.#requests += 1;
    if (isError(exchange)) this.#errors += 1;
    this.#requestBytes += exchange.requestBytes;
    this.#responseBytes += exchange.responseBytes;
    this.#latencies(bucket, 1);
    if (exchange.measures) this.#measure(exchange.measures);
    return this.bytes - before;
  }

  /** @returns by how many bytes the part's JSON may have grown */
  add(totals: UsageTotals): number {
    const before = this.bytes;
    this.#requests += totals.requests;
    this.#errors += totals.errors;
    this.#requestBytes += totals.requestBytes;
    this.#responseBytes += totals.responseBytes;
    for (const [bucket, count] of totals.latency) this.#latencies(bucket, count);
    if (totals.measures) this.#measure(totals.measures);
    return this.bytes - before;
  }

  /** Counts a consumer that lost its name. @returns by how many bytes the part's JSON may have grown */
  countConsumer(fingerprint: string): number {
    const entry = consumerEntry(fingerprint);
    if (entry === undefined) return 0;
    const first = this.#consumers === undefined ? SKETCH_BYTES : 0;
    this.#consumers ??= new ConsumerRegisters();
    const grown = first + (this.#consumers.add(entry) ? SKETCH_ENTRY_BYTES : 0);
    this.bytes += grown;
    return grown;
  }

  #latencies(bucket: number, count: number): void {
    const counted = this.#latency.get(bucket);
    if (counted === undefined) this.bytes += HISTOGRAM_BUCKET_BYTES;
    this.#latency.set(bucket, (counted ?? 0) + count);
  }

  #measure(measures: Record<string, number>): void {
    this.#measures ??= new Map();
    for (const [name, value] of Object.entries(measures)) {
      if (!Number.isFinite(value)) continue;
      const sum = this.#measures.get(name);
      if (sum === undefined) this.bytes += JSON.stringify(name).length * 3 + NUMBER_BYTES;
      this.#measures.set(name, (sum ?? 0) + value);
    }
  }

  toJson(): string {
    const measures = this.#measures
      ? `,"measures":${JSON.stringify(Object.fromEntries(this.#measures))}`
      : "";
    const consumers = this.#consumers ? `,"consumers":${JSON.stringify(this.#consumers.toSketch())}` : "";
    return (
      `${this.head},"requests":${this.#requests},"errors":${this.#errors},"requestBytes":${this.#requestBytes}` +
      `,"responseBytes":${this.#responseBytes}${measures}${consumers},"latency":${JSON.stringify(toHistogram(this.#latency))}}`
    );
  }
}
