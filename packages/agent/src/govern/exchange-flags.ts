import type { CaptureFlag } from "@masthead/shared/wire/exchange-words";
import { RecordFlag } from "../decode/record-enums.js";

/** What `capture.flags` can say, by bit: those of the records at their place there, ours above. */
const NAMES: Readonly<Record<number, CaptureFlag>> = {
  [RecordFlag.RECORD_TRUNCATED]: "truncated",
  [RecordFlag.RECORD_MID_STREAM]: "mid_stream",
  [RecordFlag.RECORD_GAP_BEFORE]: "gap_before",
  [RecordFlag.RECORD_OBS_FOLD]: "obs_fold",
  [RecordFlag.RECORD_BARE_LF]: "bare_lf",
  [RecordFlag.RECORD_LENGTH_CONFLICT]: "length_conflict",
  [RecordFlag.RECORD_MALFORMED]: "malformed",
  [RecordFlag.RECORD_TUNNEL]: "tunnel",
  [RecordFlag.RECORD_POLICY_CHANGED]: "policy_changed",
  // Never on what is kept; `trace` shows them.
  [RecordFlag.RECORD_COUNTED]: "counted_only",
  [1 << 16]: "escaped",
  [1 << 17]: "value_truncated",
  [1 << 18]: "measure_not_numeric",
  [1 << 19]: "request_incomplete",
  [1 << 20]: "client_unresolved",
  [1 << 21]: "control_characters",
  [1 << 22]: "client_closed",
};

/** Flags that user space finds. */
export const ExchangeFlag = {
  /** a text holds `\xHH` for NUL or for what is not UTF-8 */
  ESCAPED: 1 << 16,
  /** a kept value was cut at its `maxLength` */
  VALUE_TRUNCATED: 1 << 17,
  /** a measure's header was no finite number and was left out of the sum */
  MEASURE_NOT_NUMERIC: 1 << 18,
  /** the response was whole, and the connection ended within the request's body */
  REQUEST_INCOMPLETE: 1 << 19,
  /** what trusted proxies forwarded could not be followed to its end: `client.address` is the last address that it gave, or the peer's */
  CLIENT_UNRESOLVED: 1 << 20,
  /**
   * method, path, query or a value that was read in clear has a control character other than a tab, such as a bare CR or NUL; of what no
   * policy reads in clear nothing is said
   */
  CONTROL_CHARACTERS: 1 << 21,
  /** the client ended the connection before the response was whole, or began */
  CLIENT_CLOSED: 1 << 22,
} as const;

const named = Object.entries(NAMES).map(([bit, name]) => [Number(bit), name] as const);
const SHOWN = named.reduce((bits, [bit]) => bits | bit, 0);
const known = new Map<number, string[]>();
/** Sets of flags that were met are kept; there are few in practice, and at most this many. */
const KNOWN_MAX = 1_024;

/** Names of the flags in `bits`, in a frozen array that is shared. */
export function flagNames(bits: number): string[] {
  const shown = bits & SHOWN;
  const met = known.get(shown);
  if (met !== undefined) return met;
  const names = named.filter(([bit]) => (shown & bit) !== 0).map(([, name]) => name);
  Object.freeze(names);
  if (known.size < KNOWN_MAX) known.set(shown, names);
  return names;
}
