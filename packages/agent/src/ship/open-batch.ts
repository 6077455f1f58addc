import { OTHER_SERIES } from "@masthead/shared/ids";
import { latencyBucket } from "@masthead/shared/usage/histogram";
import { BATCH_MAX_EXCHANGES } from "@masthead/shared/wire/batch";
import { BATCH_VERSION } from "@masthead/shared/wire/batch-rows";
import type { Ledger } from "@masthead/shared/wire/ledger";
import type { ConnectionInfo, Exchange, GoverningPolicy, ProcessInfo } from "../exchange.js";
import { type Series, usagePartHead } from "../meter/series.js";
import { UsagePart } from "../meter/usage-part.js";
import type { UsageTotals } from "../meter/usage-totals.js";
import { ExchangeRows } from "./exchange-row.js";
import { RowTable } from "./row-table.js";
import { TextBuffer } from "./text-buffer.js";
import { TextTable } from "./text-table.js";
import { clamp, WIRE_MAX } from "./wire-text.js";

/**
 * A batch is full at this much JSON: what does not compress at all still fits BATCH_MAX_COMPRESSED_BYTES with the
 * header, the ledger and one more exchange of any size.
 */
export const BATCH_FULL_BYTES = 600_000;

/** And at so much text that its rows share: who reads a batch holds it whole. */
export const BATCH_FULL_SHARED_CHARACTERS = 1_000_000;

export interface BatchHeader {
  agentId: string;
  epoch: number;
  seq: number;
  createdAtUs: number;
  completeUntilUs: number;
  host: { id: string; name: string };
}

const processJson = (process: ProcessInfo): string =>
  JSON.stringify({
    pid: process.pid,
    executableName: clamp(process.executableName, WIRE_MAX.executableName),
    executablePath:
      process.executablePath === undefined
        ? undefined
        : clamp(process.executablePath, WIRE_MAX.executablePath),
    containerId:
      process.containerId === undefined ? undefined : clamp(process.containerId, WIRE_MAX.containerId),
    serviceName: clamp(process.serviceName, WIRE_MAX.serviceName),
  });

const policyJson = ({ name, revision, report }: GoverningPolicy): string =>
  JSON.stringify({ name, revision, report });

/** @returns by how many bytes the part's JSON may have grown by a consumer that lost its name */
const consumerOf = ({ consumer, exchange }: Series, part: UsagePart): number =>
  consumer === OTHER_SERIES && exchange.consumer !== undefined ? part.countConsumer(exchange.consumer) : 0;

/** A batch being filled: exchanges and the usage that counts them, rendered as they come. */
export class OpenBatch {
  readonly #policies = new RowTable<GoverningPolicy>();
  readonly #processes = new RowTable<ProcessInfo>();
  readonly #connections = new RowTable<ConnectionInfo>();
  readonly #texts = new TextTable();
  readonly #rows: ExchangeRows;
  #exchanges = 0;
  readonly #usage = new Map<number, Map<string, UsagePart>>();
  #usageBytes = 0;
  #counted = 0;

  /** @param text where its JSON is made; its own from now on, until it was shipped */
  constructor(readonly text = new TextBuffer(64 * 1024)) {
    this.#rows = new ExchangeRows(text, this.#texts);
    text.reset();
    text.append('{"exchanges":[');
  }

  /** Books one exchange, or throws and has booked nothing; `kept`: also one by one. */
  add(exchange: Exchange, series: Series, windowStart: number, kept: boolean): void {
    const policy = this.#policies.index(exchange.policy, policyJson);
    this.text.rollback();
    if (kept) this.#row(exchange, series.template, policy);
    const part = this.#part(series, windowStart, policy);
    this.#usageBytes += part.count(exchange, latencyBucket(exchange.durationUs)) + consumerOf(series, part);
    if (kept) this.#keep();
    this.#counted += 1;
  }

  /** Books exchanges that were counted elsewhere, and keeps none. */
  addTotals(series: Series, windowStart: number, totals: UsageTotals): void {
    const policy = this.#policies.index(series.exchange.policy, policyJson);
    const part = this.#part(series, windowStart, policy);
    this.#usageBytes += part.add(totals) + consumerOf(series, part);
    this.#counted += totals.requests;
  }

  #part(series: Series, windowStart: number, policy: number): UsagePart {
    let window = this.#usage.get(windowStart);
    if (!window) {
      window = new Map();
      this.#usage.set(windowStart, window);
    }
    let part = window.get(series.key);
    if (!part) {
      part = new UsagePart(usagePartHead(series, windowStart, policy));
      window.set(series.key, part);
      this.#usageBytes += part.bytes;
    }
    return part;
  }

  #row(exchange: Exchange, template: string, policy: number): void {
    const connection = this.#connections.index(exchange.connection, this.#connectionJson);
    if (this.#exchanges > 0) this.text.ascii(",");
    this.#rows.write(exchange, template, connection, policy);
  }

  #keep(): void {
    this.#exchanges += 1;
    this.text.commit();
  }

  readonly #connectionJson = (connection: ConnectionInfo): string =>
    JSON.stringify({ ...connection, process: this.#processes.index(connection.process, processJson) });

  /** exchanges that it counts, kept one by one or not */
  get counted(): number {
    return this.#counted;
  }

  get isFull(): boolean {
    return (
      this.#exchanges >= BATCH_MAX_EXCHANGES ||
      this.bytes >= BATCH_FULL_BYTES ||
      this.#texts.sharedCharacters >= BATCH_FULL_SHARED_CHARACTERS
    );
  }

  /** never less than its JSON, header and ledger aside */
  get bytes(): number {
    return (
      this.text.length +
      this.#usageBytes +
      this.#policies.bytes +
      this.#processes.bytes +
      this.#connections.bytes +
      this.#texts.bytes
    );
  }

  /** The whole batch as JSON, exchanges as rows, once; in `text` as long as that is not used again. */
  finish(header: BatchHeader, ledger: Ledger): Buffer {
    const usage: string[] = [];
    for (const window of this.#usage.values()) for (const part of window.values()) usage.push(part.toJson());
    this.text.rollback();
    this.text.append(
      `],"baseUs":${this.#rows.baseUs},"texts":${this.#texts.toJson()},"usage":[${usage.join(",")}],"policies":${this.#policies.toJson()}` +
        `,"processes":${this.#processes.toJson()},"connections":${this.#connections.toJson()}` +
        `,"countedOnly":${this.#counted - this.#exchanges},"ledger":${JSON.stringify(ledger)}` +
        `,${JSON.stringify({ v: BATCH_VERSION, ...header }).slice(1)}`,
    );
    return this.text.view();
  }
}
