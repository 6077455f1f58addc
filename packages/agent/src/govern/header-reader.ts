import { maskText, presenceText } from "@masthead/shared/policy/redacted-text";
import { type ByteText, wholeCharacters } from "../decode/byte-text.js";
import { KnownTexts } from "../decode/known-texts.js";
import type { MessageRecord } from "../decode/message-record.js";
import type { RecordBytes } from "../decode/record-bytes.js";
import { ElementAction, ElementFlag, RecordFlag, RecordRole } from "../decode/record-enums.js";
import type { Exchange } from "../exchange.js";
import type { ClientAddress, ForwardedLine } from "./client-address.js";
import { ConsumerFinder } from "./consumer.js";
import { ExchangeFlag } from "./exchange-flags.js";
import type { GovernedExchange } from "./governed-exchange.js";
import { addMeasure } from "./measures.js";
import { type HeaderUse, NONE } from "./policy-plan.js";
import { TenantFinder } from "./tenant.js";

type Headers = Record<string, string[]>;

/**
 * A head of which this agent may have seen other lines, or lines in another order, than a proxy wrote: part of it is missing,
 * or lenient readers differ on it. A client that can bring this about must not be able to choose its address.
 */
const DOUBTFUL_HEAD =
  RecordFlag.RECORD_TRUNCATED |
  RecordFlag.RECORD_GAP_BEFORE |
  RecordFlag.RECORD_OBS_FOLD |
  RecordFlag.RECORD_BARE_LF |
  RecordFlag.RECORD_LENGTH_CONFLICT |
  RecordFlag.RECORD_MALFORMED;

/** Node's own conversion, without the argument checks of `toString`. */
interface HexSlicer {
  hexSlice(start: number, end: number): string;
}

/** Takes the elements of a message to where the governing policy wants them; what it does not ask for stops here. */
export class HeaderReader {
  private readonly tenant = new TenantFinder();
  private readonly consumer = new ConsumerFinder();
  private readonly forwarded: ForwardedLine[] = [];
  private readonly fingerprints = new KnownTexts();

  constructor(
    private readonly text: ByteText,
    private readonly fingerprintKeyId: string,
  ) {}

  /** @param host the request's host where a policy reads it */
  request(governed: GovernedExchange, record: MessageRecord, bytes: RecordBytes, host: string | null): void {
    const { plan, exchange } = governed;
    this.tenant.reset();
    this.consumer.reset();
    this.forwarded.length = 0;
    if (plan.dimensions.length > 0) exchange.dimensions = noDimensions(plan.dimensions);
    for (let index = 0; index < record.elements; index += 1) {
      const use = plan.request[record.elementRule[index] as number];
      if (use === undefined) continue;
      const shown = this.element(governed, use, record, index, bytes);
      if (shown === null) continue;
      exchange.requestHeaders ??= {};
      show(exchange.requestHeaders, use.name, shown);
      if (use.name === "host" && use.show === ElementAction.ELEMENT_KEEP) exchange.serverAddress ??= shown;
    }
    if (host !== null) {
      for (const { rank, capture } of plan.tenantHosts) {
        if (this.tenant.wants(rank)) this.tenant.answer(rank, capture(host) ?? "", true);
      }
    }
    exchange.tenant = this.tenant.found;
    const consumer = this.consumer.found;
    if (consumer !== undefined) exchange.consumer = consumer;
    if (plan.clientAddress !== null && exchange.countedOnly === undefined)
      this.client(governed, plan.clientAddress, record);
  }

  /** What the forwarding header said goes no further than this: one address is left of it. */
  private client(governed: GovernedExchange, of: ClientAddress, record: MessageRecord): void {
    if (record.role !== RecordRole.ROLE_SERVER) return;
    governed.forwarded = record.has(DOUBTFUL_HEAD) ? { unresolved: true } : of.follow(this.forwarded);
  }

  response(governed: GovernedExchange, record: MessageRecord, bytes: RecordBytes): void {
    const { plan, exchange } = governed;
    for (let index = 0; index < record.elements; index += 1) {
      const use = plan.response[record.elementRule[index] as number];
      if (use === undefined) continue;
      const shown = this.element(governed, use, record, index, bytes);
      if (shown === null) continue;
      exchange.responseHeaders ??= {};
      show(exchange.responseHeaders, use.name, shown);
    }
  }

  /** @returns what exchanges show of the element; null: nothing */
  private element(
    governed: GovernedExchange,
    use: HeaderUse,
    record: MessageRecord,
    index: number,
    bytes: RecordBytes,
  ): string | null {
    const shown = use.show === record.elementAction[index];
    switch (record.elementAction[index]) {
      case ElementAction.ELEMENT_KEEP:
        return this.value(governed, use, record, index, bytes);
      case ElementAction.ELEMENT_FINGERPRINT: {
        const names = this.consumer.wants(use.consumer);
        if (!shown && !names && !this.tenant.wants(use.tenantFingerprint)) return null;
        const fingerprint = this.fingerprint(record, index, bytes);
        const whole = record.elementDataEnd[index] !== record.elementDataStart[index];
        if (names) this.consumer.answer(use.consumer, fingerprint, whole);
        if (use.tenantFingerprint !== NONE) this.tenant.answer(use.tenantFingerprint, fingerprint, whole);
        return shown ? fingerprint : null;
      }
      case ElementAction.ELEMENT_MASK:
        return shown ? this.masked(record, index, bytes) : null;
      default:
        if (!shown) return null;
        return presenceText(
          record.elementScheme[index] as number,
          record.elementValueLength[index] as number,
        );
    }
  }

  /** A value that the kernel let out in clear: for the exchange as far as the policy keeps it, and for what it is read for. */
  private value(
    governed: GovernedExchange,
    use: HeaderUse,
    record: MessageRecord,
    index: number,
    bytes: RecordBytes,
  ): string | null {
    const start = record.elementDataStart[index] as number;
    const end = record.elementDataEnd[index] as number;
    const cutByKernel = ((record.elementFlags[index] as number) & ElementFlag.ELEMENT_TRUNCATED) !== 0;
    const stop = cutByKernel ? wholeCharacters(bytes, start, end) : end;
    if (use.tenantValue !== NONE || use.dimension || use.measure) {
      this.purposes(governed, use, bytes, start, stop, cutByKernel);
    }
    if (use.forwarding) this.forwardedLine(bytes, start, stop, !cutByKernel);
    if (use.show !== ElementAction.ELEMENT_KEEP) return null;
    if (stop - start <= use.maxLength) {
      if (cutByKernel) governed.flags |= ExchangeFlag.VALUE_TRUNCATED;
      return this.text.read(bytes, start, stop);
    }
    governed.flags |= ExchangeFlag.VALUE_TRUNCATED;
    return this.text.read(bytes, start, wholeCharacters(bytes, start, start + use.maxLength));
  }

  private purposes(
    governed: GovernedExchange,
    use: HeaderUse,
    bytes: RecordBytes,
    start: number,
    end: number,
    truncated: boolean,
  ): void {
    const before = this.text.escaped;
    this.text.escaped = false;
    const value = this.text.read(bytes, start, end);
    const whole = !truncated && !this.text.escaped;
    this.text.escaped ||= before;
    const { exchange } = governed;
    if (use.tenantValue !== NONE) this.tenant.answer(use.tenantValue, value, whole);
    if (use.dimension && exchange.dimensions !== undefined) exchange.dimensions[use.name] ??= value;
    if (use.measure && !addMeasure(exchange, use.name, value, whole)) {
      governed.flags |= ExchangeFlag.MEASURE_NOT_NUMERIC;
    }
  }

  /** Read for its addresses and never shown, so nothing of the exchange is escaped by it. */
  private forwardedLine(bytes: RecordBytes, start: number, end: number, whole: boolean): void {
    const before = this.text.escaped;
    this.forwarded.push({ value: this.text.readOnce(bytes, start, end), whole });
    this.text.escaped = before;
  }

  private fingerprint(record: MessageRecord, index: number, bytes: RecordBytes): string {
    const start = record.elementDataStart[index] as number;
    const end = record.elementDataEnd[index] as number;
    if (start === end) return "fp:truncated";
    const known = this.fingerprints.find(bytes, start, end);
    if (known !== undefined) return known;
    const hex = (bytes.buffer as unknown as HexSlicer).hexSlice(start, end);
    const text = `fp:${this.fingerprintKeyId}:${hex}`;
    this.fingerprints.keep(bytes, start, end, text);
    return text;
  }

  private masked(record: MessageRecord, index: number, bytes: RecordBytes): string {
    const start = record.elementDataStart[index] as number;
    if (start === record.elementDataEnd[index]) return maskText(null);
    return maskText({
      first: this.text.read(bytes, start, start + 4),
      last: this.text.read(bytes, start + 4, start + 8),
    });
  }
}

function show(headers: Headers, name: string, value: string): void {
  const values = headers[name];
  // A header may be called `constructor`.
  if (Array.isArray(values)) values.push(value);
  else headers[name] = [value];
}

/** Every dimension is there, so that series have one shape; null where the header is absent. */
function noDimensions(names: readonly string[]): NonNullable<Exchange["dimensions"]> {
  const dimensions: NonNullable<Exchange["dimensions"]> = {};
  for (const name of names) dimensions[name] = null;
  return dimensions;
}
