/** Where the fields of bpf/include/tables.h lie, in bytes; compared with the built object like decode/record-layout.ts. */
export const TABLE_SLOTS = 8;
export const NAME_MAX_BYTES = 64;
export const SCHEME_MAX_BYTES = 24;
export const TABLE_ITEMS = 64;
export const BUDGETS = 256;
export const BUDGET_OF_HOST = 0;
export const WAITING_READS = 4096;

export const ACTIVE_MAP = ".data.active";
export const ACTIVE_TABLES = { bytes: 8, generation: 0, slot: 4 } as const;

export const SLOT_CONFIG = {
  bytes: 200,
  generation: 0,
  suspended: 4,
  any_executable: 8,
  any_port: 16,
  server: 24,
  client: 32,
  query_names: 40,
  query_keep: 48,
  request_names: 56,
  response_names: 64,
  arrival: 72,
  network: 80,
  cpu: 88,
  usage_request_names: 96,
  usage_response_names: 104,
  unbudgeted: 112,
  budget_stops: 120,
  budgets: 128,
  set: 192,
  reserved: 196,
} as const;

export const HEADER_KEY = { bytes: 68, slot: 0, name: 4 } as const;

export const ACTION_ITEMS = { bytes: 32, keep: 0, mask: 8, fingerprint: 16, presence: 24 } as const;

export const USAGE_ITEMS = { bytes: 16, keep: 0, fingerprint: 8 } as const;

export const HEADER_RULE = {
  bytes: 104,
  request: 0,
  response: 32,
  request_usage: 64,
  response_usage: 80,
  id: 96,
  keep_length: 98,
  has_scheme: 100,
  floor: 101,
  reserved: 102,
} as const;

export const NAME_BITS = 64;

export const RULE_BY_BIT = { bytes: 168, name: 0, rule: 64 } as const;

export const BUDGET_RATE = { bytes: 16, token_ns: 0, burst_ns: 8 } as const;

export const QUERY_RULE = { bytes: 8, keep: 0 } as const;

export const EXECUTABLE_KEY = { bytes: 24, slot: 0, reserved: 4, device: 8, inode: 16 } as const;

export const WAITING_READ = { bytes: 8, descriptor: 0, has_descriptor: 4, copies_stand: 6 } as const;

export const PORT_KEY = { bytes: 8, slot: 0, port: 4 } as const;

export const TABLE_STRUCTS = {
  active_tables: ACTIVE_TABLES,
  slot_config: SLOT_CONFIG,
  header_key: HEADER_KEY,
  action_items: ACTION_ITEMS,
  usage_items: USAGE_ITEMS,
  budget_rate: BUDGET_RATE,
  header_rule: HEADER_RULE,
  rule_by_bit: RULE_BY_BIT,
  query_rule: QUERY_RULE,
  executable_key: EXECUTABLE_KEY,
  port_key: PORT_KEY,
  waiting_read: WAITING_READ,
} as const;
