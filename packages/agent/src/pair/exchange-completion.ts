import { settleClientAddress } from "../govern/client-address.js";
import { flagNames } from "../govern/exchange-flags.js";
import type { OpenExchange } from "./open-exchange.js";

/**
 * Fills in what only the end of an exchange tells.
 * @param endNs CLOCK_MONOTONIC, of the record that ended it
 * @param timeUs the same in Unix microseconds
 */
export function completeExchange(
  open: OpenExchange,
  endNs: number,
  timeUs: number,
  errorType?: string,
): void {
  const exchange = open.exchange;
  exchange.timeUs = Math.floor(timeUs);
  exchange.durationUs = micros(endNs - open.firstByteNs);
  exchange.requestBytes = open.requestBytes;
  exchange.responseBytes = open.responseBytes;
  if (open.governed.forwarded !== undefined) settleClientAddress(open.governed);
  exchange.flags = flagNames(open.governed.flags);
  if (open.hasResponse) {
    exchange.status = open.status;
    exchange.ttfbUs = micros(open.responseFirstByteNs - open.firstByteNs);
  }
  if (errorType !== undefined) exchange.errorType = errorType;
}

const micros = (ns: number): number => (ns > 0 ? Math.floor(ns / 1_000) : 0);
