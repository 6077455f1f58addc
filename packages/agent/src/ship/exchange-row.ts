import type { Exchange } from "../exchange.js";
import type { TextBuffer } from "./text-buffer.js";
import { clamp, WIRE_MAX } from "./wire-text.js";

/**
 * Writes the JSON of {@link toWireExchange} without making that object or a text of it: at tens of thousands of exchanges a
 * second these were most of what the garbage collector had to do. Does not commit. `connection` and `policy` are rows of
 * the batch's tables.
 */
export function writeExchangeRow(
  text: TextBuffer,
  exchange: Exchange,
  template: string,
  connection: number,
  policy: number,
): void {
  text.ascii('{"timeUs":');
  text.number(exchange.timeUs);
  text.ascii(',"durationUs":');
  text.number(exchange.durationUs);
  text.ascii(',"connection":');
  text.number(connection);
  text.ascii(',"policy":');
  text.number(policy);
  text.ascii(',"tenant":');
  text.quoted(clamp(exchange.tenant, WIRE_MAX.tenant));
  text.ascii(',"method":');
  text.quoted(clamp(exchange.method, WIRE_MAX.method));
  text.ascii(',"path":');
  text.quoted(clamp(exchange.path, WIRE_MAX.path));
  text.ascii(',"template":');
  text.quoted(clamp(template, WIRE_MAX.template));
  text.ascii(',"version":');
  text.quoted(exchange.version);
  text.ascii(',"requestBytes":');
  text.number(exchange.requestBytes);
  text.ascii(',"responseBytes":');
  text.number(exchange.responseBytes);
  if (exchange.ttfbUs !== undefined) {
    text.ascii(',"ttfbUs":');
    text.number(exchange.ttfbUs);
  }
  if (exchange.query !== undefined) {
    text.ascii(',"query":');
    text.quoted(clamp(exchange.query, WIRE_MAX.query));
  }
  if (exchange.serverAddress !== undefined) {
    text.ascii(',"serverAddress":');
    text.quoted(clamp(exchange.serverAddress, WIRE_MAX.serverAddress));
  }
  if (exchange.clientAddress !== undefined) {
    text.ascii(',"clientAddress":');
    text.quoted(clamp(exchange.clientAddress, WIRE_MAX.clientAddress));
  }
  if (exchange.status !== undefined) {
    text.ascii(',"status":');
    text.number(exchange.status);
  }
  if (exchange.errorType !== undefined) {
    text.ascii(',"errorType":');
    text.quoted(clamp(exchange.errorType, WIRE_MAX.errorType));
  }
  if (exchange.arrivalDelayUs !== undefined) {
    text.ascii(',"arrivalDelayUs":');
    text.number(exchange.arrivalDelayUs);
  }
  if (exchange.threadCpuUs !== undefined) {
    text.ascii(',"threadCpuUs":');
    text.number(exchange.threadCpuUs);
  }
  if (exchange.rttUs !== undefined) {
    text.ascii(',"rttUs":');
    text.number(exchange.rttUs);
  }
  if (exchange.retransmits !== undefined) {
    text.ascii(',"retransmits":');
    text.number(exchange.retransmits);
  }
  if (exchange.consumer !== undefined) {
    text.ascii(',"consumer":');
    text.quoted(exchange.consumer);
  }
  if (exchange.requestHeaders !== undefined) {
    text.ascii(',"requestHeaders":');
    writeHeaders(text, exchange.requestHeaders);
  }
  if (exchange.responseHeaders !== undefined) {
    text.ascii(',"responseHeaders":');
    writeHeaders(text, exchange.responseHeaders);
  }
  if (exchange.flags.length > 0) {
    text.ascii(',"flags":');
    writeTexts(text, exchange.flags, WIRE_MAX.flags, WIRE_MAX.flag);
  }
  text.ascii("}");
}

function writeHeaders(text: TextBuffer, headers: Record<string, string[]>): void {
  let before = "{";
  for (const name in headers) {
    text.ascii(before);
    text.quoted(name);
    text.ascii(":");
    writeTexts(text, headers[name] as string[], WIRE_MAX.headerOccurrences, WIRE_MAX.headerValue);
    before = ",";
  }
  text.ascii(before === "{" ? "{}" : "}");
}

function writeTexts(text: TextBuffer, values: readonly string[], most: number, longest: number): void {
  text.ascii("[");
  for (let i = 0; i < values.length && i < most; i += 1) {
    if (i > 0) text.ascii(",");
    text.quoted(clamp(values[i] as string, longest));
  }
  text.ascii("]");
}
