/** The enums of bpf/include/record.h, under their names there; the layout test compares them with the built object. */
export const RecordKind = {
  RECORD_REQUEST: 1,
  RECORD_RESPONSE: 2,
  RECORD_MESSAGE_END: 3,
  RECORD_CONNECTION_END: 4,
  RECORD_PROCESS_EXEC: 5,
  RECORD_PROCESS_EXIT: 6,
  RECORD_SERIES: 7,
  RECORD_PROCESS_TARGET: 8,
} as const;

export const RecordFlag = {
  RECORD_TRUNCATED: 1 << 0,
  RECORD_MID_STREAM: 1 << 1,
  RECORD_GAP_BEFORE: 1 << 2,
  RECORD_COMPLETE: 1 << 3,
  RECORD_OBS_FOLD: 1 << 4,
  RECORD_BARE_LF: 1 << 5,
  RECORD_LENGTH_CONFLICT: 1 << 6,
  RECORD_MALFORMED: 1 << 7,
  RECORD_TUNNEL: 1 << 8,
  RECORD_POLICY_CHANGED: 1 << 9,
  RECORD_UNTIL_CLOSE: 1 << 10,
  RECORD_SOCKET: 1 << 11,
  RECORD_TIMINGS: 1 << 12,
  RECORD_COUNTED: 1 << 13,
} as const;

export const RecordRole = { ROLE_UNKNOWN: 0, ROLE_SERVER: 1, ROLE_CLIENT: 2 } as const;

export const RecordSource = {
  SOURCE_OPENSSL: 1,
  SOURCE_GNUTLS: 2,
  SOURCE_BORINGSSL: 3,
  SOURCE_GO: 4,
  SOURCE_SOCKET: 5,
} as const;

export const RecordTie = {
  TIE_NONE: 0,
  TIE_NESTED: 1,
  TIE_ORDER: 2,
  TIE_DESCRIPTOR: 3,
  TIE_HANDSHAKE: 4,
} as const;

/** What a record measured. */
export const RecordTiming = { TIMING_ARRIVAL: 1 << 0, TIMING_NETWORK: 1 << 1, TIMING_CPU: 1 << 2 } as const;

export const RecordEndReason = { END_CLOSED: 1, END_REUSED: 2, END_PROCESS: 3, END_LEFT: 4 } as const;

export const ElementAction = {
  ELEMENT_KEEP: 1,
  ELEMENT_MASK: 2,
  ELEMENT_FINGERPRINT: 3,
  ELEMENT_PRESENCE: 4,
} as const;

export const ElementFlag = { ELEMENT_TRUNCATED: 1 << 0 } as const;

export const AddressFamily = { AF_INET: 2, AF_INET6: 10 } as const;
