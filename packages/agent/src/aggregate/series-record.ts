import type { RecordBytes } from "../decode/record-bytes.js";
import { AGGREGATE_MEASURES, AGGREGATE_SHAPE_MAX, MEASURE_SUM, RECORD_SERIES } from "./series-layout.js";

/** What the kernel counted of one series in one window: struct record_series of bpf/include/aggregate.h. */
export interface SeriesRecord {
  /** Unix time, in windows of ten seconds */
  window: number;
  requests: number;
  errors: number;
  requestBytes: number;
  responseBytes: number;
  /** microseconds; of one exchange that came by the ring */
  durationUs: number;
  /** 0: no response */
  status: number;
  /** by place: sums of headers' numbers; undefined where there was none */
  sums: (number | undefined)[];
  /** where its shape lies, which reads as the record of a request */
  shapeStart: number;
  shapeEnd: number;
}

const NUMBER_SPLIT = 1_000_000_000;

/** @returns null where it contradicts itself */
export function readSeries(bytes: RecordBytes, start: number, end: number): SeriesRecord | null {
  if (end - start < RECORD_SERIES.shape) return null;
  const shapeBytes = bytes.u16(start + RECORD_SERIES.shape_bytes);
  const shapeStart = start + RECORD_SERIES.shape;
  const status = bytes.u16(start + RECORD_SERIES.status);
  if (shapeBytes > AGGREGATE_SHAPE_MAX || shapeStart + shapeBytes > end) return null;
  if (status !== 0 && (status < 100 || status > 999)) return null;
  return {
    window: bytes.u64(start + RECORD_SERIES.window),
    requests: bytes.u64(start + RECORD_SERIES.requests),
    errors: bytes.u64(start + RECORD_SERIES.errors),
    requestBytes: bytes.u64(start + RECORD_SERIES.request_bytes),
    responseBytes: bytes.u64(start + RECORD_SERIES.response_bytes),
    durationUs: bytes.u64(start + RECORD_SERIES.duration_us),
    status,
    sums: readSums(bytes, start),
    shapeStart,
    shapeEnd: shapeStart + shapeBytes,
  };
}

function readSums(bytes: RecordBytes, start: number): (number | undefined)[] {
  const measured = bytes.u32(start + RECORD_SERIES.measured);
  if (measured === 0) return [];
  const signed = (at: number): number => Number(bytes.view.getBigInt64(at, true));
  return Array.from({ length: AGGREGATE_MEASURES }, (_, place) => {
    if ((measured & (1 << place)) === 0) return undefined;
    const at = start + RECORD_SERIES.measures + place * MEASURE_SUM.bytes;
    const whole = signed(at + MEASURE_SUM.high) * NUMBER_SPLIT + signed(at + MEASURE_SUM.low);
    return whole + signed(at + MEASURE_SUM.fraction) / NUMBER_SPLIT;
  });
}
