/** Where the fields of bpf/include/aggregate.h lie, in bytes; compared with the built object like decode/record-layout.ts. */
export const AGGREGATE_PATH_MAX = 256;
export const AGGREGATE_SHAPE_MAX = 1_024;
export const AGGREGATE_MEASURES = 8;
export const LATENCY_BUCKETS = 1_857;

export const AGGREGATE_SLOT = { bytes: 16, items: 0, whole_paths: 8 } as const;

export const AGGREGATE_USE_KEY = { bytes: 8, slot: 0, rule: 4, response: 6 } as const;

export const AGGREGATE_USE = { bytes: 4, names: 0, measure: 1, reserved: 2 } as const;

export const AGGREGATE_SETTINGS = {
  bytes: 32,
  buffer: 0,
  reserved: 4,
  unix_us: 8,
  k0: 16,
  k1: 24,
} as const;

export const LATENCY_BOUNDS = { bytes: 8 * LATENCY_BUCKETS, most_us: 0 } as const;

export const SERIES_KEY = { bytes: 24, shape: 0, window: 16, status: 20, bucket: 22 } as const;

export const MEASURE_SUM = { bytes: 24, high: 0, low: 8, fraction: 16 } as const;

export const RECORD_SERIES = {
  bytes: 1_296,
  header: 0,
  window: 24,
  requests: 32,
  errors: 40,
  request_bytes: 48,
  response_bytes: 56,
  duration_us: 64,
  status: 72,
  shape_bytes: 74,
  measured: 76,
  measures: 80,
  shape: 272,
} as const;

export const AGGREGATE_STRUCTS = {
  aggregate_slot: AGGREGATE_SLOT,
  aggregate_use_key: AGGREGATE_USE_KEY,
  aggregate_use: AGGREGATE_USE,
  aggregate_settings: AGGREGATE_SETTINGS,
  latency_bounds: LATENCY_BOUNDS,
  series_key: SERIES_KEY,
  measure_sum: MEASURE_SUM,
  record_series: RECORD_SERIES,
} as const;
