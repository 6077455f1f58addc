import type { ErrorType } from "@masthead/shared/wire/exchange-words";
import type { ConnectionEndRecord } from "../decode/end-records.js";
import { RecordEndReason, RecordFlag } from "../decode/record-enums.js";
import { ExchangeFlag } from "../govern/exchange-flags.js";
import type { OpenExchange } from "./open-exchange.js";

/** How an exchange ends that was open when its connection ended: whole, with an error, or lost with a dropped record. */
export type Outcome = "lost" | { errorType?: ErrorType };

/** Decides for one exchange, and takes over the bytes that the kernel counted of messages that were cut short. */
export function atConnectionEnd(open: OpenExchange, end: ConnectionEndRecord): Outcome {
  if (!open.requestComplete && !takeOpenRequest(open, end)) return "lost";
  if (open.hasResponse && open.responseComplete) return {};
  const hasLeft = end.reason === RecordEndReason.END_LEFT;
  if (hasLeft) open.governed.flags |= ExchangeFlag.CLIENT_CLOSED;
  if (open.index >= end.nextResponse) {
    return { errorType: open.hasResponse ? "response_incomplete" : withoutResponse(end) };
  }
  // The kernel saw this response end, or begin: the record that said so was dropped.
  if (!end.responseOpen || open.index + 1 !== end.nextResponse || !open.hasResponse) return "lost";
  open.responseBytes = Math.max(open.responseBytes, end.responseBytes);
  const mayBeWhole = end.wholeAtEnd || (hasLeft && end.betweenChunks);
  return mayBeWhole ? {} : { errorType: "response_incomplete" };
}

/** Only the last request can have been open; another without an end had its end dropped. */
function takeOpenRequest(open: OpenExchange, end: ConnectionEndRecord): boolean {
  if (open.index + 1 !== end.nextRequest || end.requestBytes === 0) return false;
  open.requestBytes = Math.max(open.requestBytes, end.requestBytes);
  open.governed.flags |= ExchangeFlag.REQUEST_INCOMPLETE;
  return true;
}

const withoutResponse = (end: ConnectionEndRecord): ErrorType =>
  end.reason === RecordEndReason.END_PROCESS ? "process_exited" : "connection_closed";

/** The same where only the end of the process is known, and the kernel said nothing of its connections. */
export function atProcessEnd(open: OpenExchange): Outcome {
  if (!open.requestComplete) open.governed.flags |= ExchangeFlag.REQUEST_INCOMPLETE;
  if (!open.hasResponse) return { errorType: "process_exited" };
  const whole = open.responseComplete || (open.governed.flags & RecordFlag.RECORD_UNTIL_CLOSE) !== 0;
  return whole ? {} : { errorType: "response_incomplete" };
}
