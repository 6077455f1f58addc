import type { Exchange } from "../exchange.js";
import type { TextBuffer } from "./text-buffer.js";
import { TextPlace, type TextTable, UNSHARED } from "./text-table.js";
import { clamp, WIRE_MAX } from "./wire-text.js";

/**
 * Writes exchanges as rows of a batch (EXCHANGE_ROW of the wire), each without an object or a text made of it: at tens of thousands of
 * exchanges a second these were most of what the garbage collector had to do.
 */
export class ExchangeRows {
  readonly #tenants = new TextPlace();
  readonly #consumers = new TextPlace();
  readonly #methods = new TextPlace();
  readonly #paths = new TextPlace();
  readonly #templates = new TextPlace();
  readonly #servers = new TextPlace();
  #baseUs: number | undefined;
  #named = 0;

  constructor(
    private readonly text: TextBuffer,
    private readonly texts: TextTable,
  ) {}

  /** Unix microseconds that times count from: the first row's */
  get baseUs(): number {
    return this.#baseUs ?? 0;
  }

  /** Does not commit. `connection` and `policy` are rows of the batch's tables. */
  write(exchange: Exchange, template: string, connection: number, policy: number): void {
    const { text } = this;
    this.#baseUs ??= exchange.timeUs;
    text.byte(BRACKET);
    text.number(exchange.timeUs - this.#baseUs);
    this.#number(exchange.durationUs);
    this.#number(exchange.ttfbUs);
    this.#number(connection);
    this.#number(policy);
    this.#text(this.#tenants, exchange.tenant, WIRE_MAX.tenant);
    if (exchange.consumer === undefined) text.ascii(",null");
    else this.#text(this.#consumers, exchange.consumer, exchange.consumer.length);
    this.#text(this.#methods, exchange.method, WIRE_MAX.method);
    this.#text(this.#paths, exchange.path, WIRE_MAX.path);
    this.#text(this.#templates, template, WIRE_MAX.template);
    text.byte(COMMA);
    text.quoted(exchange.version);
    this.#number(exchange.status);
    this.#number(exchange.requestBytes);
    this.#number(exchange.responseBytes);
    if (exchange.serverAddress === undefined) text.ascii(",null");
    else this.#text(this.#servers, exchange.serverAddress, WIRE_MAX.serverAddress);
    this.#headers(exchange.requestHeaders);
    this.#headers(exchange.responseHeaders);
    this.#more(exchange);
    text.byte(BRACKET_CLOSE);
  }

  /** What few exchanges have, by name. */
  #more(exchange: Exchange): void {
    const { text } = this;
    this.#named = 0;
    this.#namedText("query", exchange.query, WIRE_MAX.query);
    this.#namedText("clientAddress", exchange.clientAddress, WIRE_MAX.clientAddress);
    this.#namedText("errorType", exchange.errorType, WIRE_MAX.errorType);
    this.#namedNumber("arrivalDelayUs", exchange.arrivalDelayUs);
    this.#namedNumber("threadCpuUs", exchange.threadCpuUs);
    this.#namedNumber("rttUs", exchange.rttUs);
    this.#namedNumber("retransmits", exchange.retransmits);
    if (exchange.flags.length > 0) {
      this.#name("flags");
      writeTexts(text, exchange.flags, WIRE_MAX.flags, WIRE_MAX.flag);
    }
    if (this.#named > 0) text.byte(BRACE_CLOSE);
  }

  #namedText(name: string, value: string | undefined, longest: number): void {
    if (value === undefined) return;
    this.#name(name);
    this.text.quoted(clamp(value, longest));
  }

  #namedNumber(name: string, value: number | undefined): void {
    if (value === undefined) return;
    this.#name(name);
    this.text.number(value);
  }

  #name(name: string): void {
    this.text.ascii(this.#named === 0 ? ',{"' : ',"');
    this.text.ascii(name);
    this.text.ascii('":');
    this.#named += 1;
  }

  #number(value: number | undefined): void {
    if (value === undefined) {
      this.text.ascii(",null");
      return;
    }
    this.text.byte(COMMA);
    this.text.number(value);
  }

  #text(place: TextPlace, value: string, longest: number): void {
    const clamped = clamp(value, longest);
    this.text.byte(COMMA);
    const index = this.texts.index(place, clamped);
    if (index === UNSHARED) this.text.quoted(clamped);
    else this.text.number(index);
  }

  #headers(headers: Record<string, string[]> | undefined): void {
    const { text } = this;
    if (headers === undefined) {
      text.ascii(",null");
      return;
    }
    text.ascii(",[");
    let first = true;
    for (const name in headers) {
      const values = headers[name] as string[];
      const place = this.texts.valuesOf(name);
      for (let i = 0; i < values.length && i < WIRE_MAX.headerOccurrences; i += 1) {
        if (!first) text.byte(COMMA);
        first = false;
        const index = this.texts.name(name);
        if (index === UNSHARED) text.quoted(name);
        else text.number(index);
        this.#text(place, values[i] as string, WIRE_MAX.headerValue);
      }
    }
    text.byte(BRACKET_CLOSE);
  }
}

const BRACKET = 0x5b;
const BRACKET_CLOSE = 0x5d;
const COMMA = 0x2c;
const BRACE_CLOSE = 0x7d;

function writeTexts(text: TextBuffer, values: readonly string[], most: number, longest: number): void {
  text.ascii("[");
  for (let i = 0; i < values.length && i < most; i += 1) {
    if (i > 0) text.ascii(",");
    text.quoted(clamp(values[i] as string, longest));
  }
  text.ascii("]");
}
