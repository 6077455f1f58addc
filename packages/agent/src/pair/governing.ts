import type { MessageRecord } from "../decode/message-record.js";
import type { RecordBytes } from "../decode/record-bytes.js";
import type { GovernedExchange } from "../govern/governed-exchange.js";

/** What pairing asks of the policies. */
export interface Governing {
  /** The beginning of an exchange as its governing policy shows it. @returns null where no policy governs it */
  request(record: MessageRecord, bytes: RecordBytes): GovernedExchange | null;
  /** Adds what the governing policy shows of the final response. */
  response(governed: GovernedExchange, record: MessageRecord, bytes: RecordBytes): void;
}
