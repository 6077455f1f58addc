import type { WireExchange } from "@masthead/shared/wire/batch";
import type { Exchange } from "../exchange.js";
import { clamp, WIRE_MAX } from "./wire-text.js";

type Headers = Record<string, string[]>;

/** The same object where nothing is too long, which is nearly always. */
function clampHeaders(headers: Headers): Headers {
  let clamped: Headers | undefined;
  for (const name in headers) {
    const values = headers[name] as string[];
    let fits = values.length <= WIRE_MAX.headerOccurrences;
    for (let i = 0; fits && i < values.length; i++)
      fits = (values[i] as string).length <= WIRE_MAX.headerValue;
    if (fits) continue;
    clamped ??= { ...headers };
    clamped[name] = values
      .slice(0, WIRE_MAX.headerOccurrences)
      .map((value) => clamp(value, WIRE_MAX.headerValue));
  }
  return clamped ?? headers;
}

/** An exchange as its batch carries it; `connection` and `policy` are rows of that batch's tables. */
export function toWireExchange(
  exchange: Exchange,
  template: string,
  connection: number,
  policy: number,
): WireExchange {
  const wire: WireExchange = {
    timeUs: exchange.timeUs,
    durationUs: exchange.durationUs,
    connection,
    policy,
    tenant: clamp(exchange.tenant, WIRE_MAX.tenant),
    method: clamp(exchange.method, WIRE_MAX.method),
    path: clamp(exchange.path, WIRE_MAX.path),
    template: clamp(template, WIRE_MAX.template),
    version: exchange.version,
    requestBytes: exchange.requestBytes,
    responseBytes: exchange.responseBytes,
  };
  if (exchange.ttfbUs !== undefined) wire.ttfbUs = exchange.ttfbUs;
  if (exchange.query !== undefined) wire.query = clamp(exchange.query, WIRE_MAX.query);
  if (exchange.serverAddress !== undefined)
    wire.serverAddress = clamp(exchange.serverAddress, WIRE_MAX.serverAddress);
  if (exchange.clientAddress !== undefined)
    wire.clientAddress = clamp(exchange.clientAddress, WIRE_MAX.clientAddress);
  if (exchange.status !== undefined) wire.status = exchange.status;
  if (exchange.errorType !== undefined) wire.errorType = clamp(exchange.errorType, WIRE_MAX.errorType);
  if (exchange.arrivalDelayUs !== undefined) wire.arrivalDelayUs = exchange.arrivalDelayUs;
  if (exchange.threadCpuUs !== undefined) wire.threadCpuUs = exchange.threadCpuUs;
  if (exchange.rttUs !== undefined) wire.rttUs = exchange.rttUs;
  if (exchange.retransmits !== undefined) wire.retransmits = exchange.retransmits;
  if (exchange.consumer !== undefined) wire.consumer = exchange.consumer;
  if (exchange.requestHeaders) wire.requestHeaders = clampHeaders(exchange.requestHeaders);
  if (exchange.responseHeaders) wire.responseHeaders = clampHeaders(exchange.responseHeaders);
  if (exchange.flags.length > 0)
    wire.flags =
      exchange.flags.length > WIRE_MAX.flags ? exchange.flags.slice(0, WIRE_MAX.flags) : exchange.flags;
  return wire;
}
