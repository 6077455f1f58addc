/**
 * Where the fields of bpf/include/record.h lie, in bytes. The only place in TypeScript that knows; a test compares it with
 * the BTF of the built object (test/kernel/record-layout.test.ts).
 */
export const RECORD_HEADER = {
  bytes: 24,
  kind: 0,
  flags: 2,
  size: 4,
  time_ns: 8,
  pid: 16,
  generation: 20,
} as const;

export const RECORD_SOCKET = {
  bytes: 40,
  family: 0,
  local_port: 2,
  peer_port: 4,
  reserved: 6,
  local: 8,
  peer: 24,
} as const;

export const RECORD_MESSAGE = {
  bytes: 120,
  header: 0,
  connection: 24,
  first_byte_ns: 32,
  bytes_seen: 40,
  governed: 48,
  exchange: 56,
  head_bytes: 60,
  status: 64,
  elements: 66,
  method_length: 68,
  path_length: 70,
  query_length: 72,
  target_length: 74,
  role: 76,
  source: 77,
  version_minor: 78,
  tie: 79,
  socket: 80,
} as const;

/** Right after RECORD_MESSAGE, where RECORD_TIMINGS is among the flags. */
export const RECORD_TIMINGS = {
  bytes: 32,
  arrival_delay_ns: 0,
  thread_cpu_ns: 8,
  rtt_us: 16,
  retransmits: 20,
  known: 24,
  reserved: 25,
} as const;

export const RECORD_ELEMENT = {
  bytes: 12,
  rule: 0,
  action: 2,
  flags: 3,
  value_length: 4,
  data_length: 6,
  scheme: 8,
  reserved: 9,
  secret_length: 10,
} as const;

export const RECORD_MESSAGE_END = {
  bytes: 48,
  header: 0,
  connection: 24,
  bytes_seen: 32,
  exchange: 40,
  response: 44,
  reserved: 45,
} as const;

export const RECORD_CONNECTION_END = {
  bytes: 64,
  header: 0,
  connection: 24,
  request_bytes: 32,
  response_bytes: 40,
  next_request: 48,
  next_response: 52,
  reason: 56,
  response_open: 57,
  whole_at_end: 58,
  between_chunks: 59,
  reserved: 60,
} as const;

export const RECORD_PROCESS = {
  bytes: 80,
  header: 0,
  executable_device: 24,
  executable_inode: 32,
  cgroup: 40,
  start_ns: 48,
  parent_pid: 56,
  file_length: 60,
  reserved: 62,
  command: 64,
} as const;

/** `bytes_seen` stands for the field `bytes`, whose name is taken by the size of the whole. */
export const RECORD_STRUCTS = {
  record_header: RECORD_HEADER,
  record_socket: RECORD_SOCKET,
  record_message: RECORD_MESSAGE,
  record_timings: RECORD_TIMINGS,
  record_element: RECORD_ELEMENT,
  record_message_end: RECORD_MESSAGE_END,
  record_connection_end: RECORD_CONNECTION_END,
  record_process: RECORD_PROCESS,
} as const;

/** Records start at multiples of this many bytes within a batch. */
export const RECORD_ALIGNMENT = 8;
/** Largest record, and so the most elements that one can hold. */
export const RECORD_MAX_BYTES = 12_288;
export const RECORD_MAX_ELEMENTS = Math.floor(RECORD_MAX_BYTES / RECORD_ELEMENT.bytes);
export const RECORD_METHOD_MAX = 32;
export const RECORD_TARGET_MAX = 4_096;
