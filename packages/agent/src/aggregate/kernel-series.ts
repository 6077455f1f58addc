import { randomBytes } from "node:crypto";
import type { CaptureSession } from "../capture/native-session.js";
import { u32 } from "../capture/policy-bytes.js";
import { RecordBytes } from "../decode/record-bytes.js";
import { latencyBoundsValue } from "./latency-bounds.js";
import type { SeriesBooking } from "./series-booking.js";
import { AGGREGATE_SETTINGS, RECORD_SERIES, SERIES_KEY } from "./series-layout.js";

const SERIES_ENTRY_BYTES = SERIES_KEY.bytes + RECORD_SERIES.bytes;
const LATENCY_ENTRY_BYTES = SERIES_KEY.bytes + 8;
/** Of a key, what a series and its latencies have in common: all but the bucket. */
const SHARED_KEY_BYTES = SERIES_KEY.bucket;

/**
 * The series that the kernel counts. There are two maps of each kind; the kernel counts into one of them. To take what was
 * counted the other one is made the one to count into, then all program runs are waited for that may still use the first:
 * from there on nobody writes to it, and what is in it is taken out whole, once.
 */
export class KernelSeries {
  private buffer = 0;
  private readonly hashKey = randomBytes(16);

  /** @throws NativeError when the tables cannot be written */
  constructor(
    private readonly session: Pick<CaptureSession, "updateTable" | "takeTable" | "synchronize">,
    private readonly booking: Pick<SeriesBooking, "many">,
    /** what CLOCK_MONOTONIC lacks to Unix time now, in microseconds: it says which window an exchange ends in */
    private readonly offsetUs: () => number,
  ) {
    session.updateTable("latency_bounds", u32(0), latencyBoundsValue());
    this.tellTime();
  }

  /** Follows a clock that was set. */
  tellTime(): void {
    const value = Buffer.alloc(AGGREGATE_SETTINGS.bytes);
    value.writeUInt32LE(this.buffer, AGGREGATE_SETTINGS.buffer);
    value.writeBigInt64LE(BigInt(Math.floor(this.offsetUs())), AGGREGATE_SETTINGS.unix_us);
    this.hashKey.copy(value, AGGREGATE_SETTINGS.k0);
    this.session.updateTable("aggregate_settings", u32(0), value);
  }

  /** Takes all that was counted so far and books it. @throws NativeError; what was not taken is taken the next time */
  take(): void {
    const full = this.buffer;
    // What a take before left behind comes first.
    this.empty(1 - full);
    this.buffer = 1 - full;
    this.tellTime();
    this.session.synchronize();
    this.empty(full);
  }

  private empty(buffer: number): void {
    const latencies = this.latenciesIn(buffer);
    const entries = this.session.takeTable(`series_${buffer}`);
    if (entries.length === 0) return;
    const bytes = new RecordBytes(entries);
    for (let at = 0; at < entries.length; at += SERIES_ENTRY_BYTES) {
      const key = bytes.buffer.toString("latin1", at, at + SHARED_KEY_BYTES);
      const start = at + SERIES_KEY.bytes;
      this.booking.many(bytes, start, start + RECORD_SERIES.bytes, latencies.get(key) ?? []);
    }
  }

  private latenciesIn(buffer: number): Map<string, [number, number][]> {
    const bytes = new RecordBytes(this.session.takeTable(`latencies_${buffer}`));
    const latencies = new Map<string, [number, number][]>();
    for (let at = 0; at < bytes.length; at += LATENCY_ENTRY_BYTES) {
      const key = bytes.buffer.toString("latin1", at, at + SHARED_KEY_BYTES);
      const count = bytes.u64(at + SERIES_KEY.bytes);
      // One that was made where its series found no room.
      if (count === 0) continue;
      const bucket = bytes.view.getInt16(at + SERIES_KEY.bucket, true);
      const known = latencies.get(key);
      if (known === undefined) latencies.set(key, [[bucket, count]]);
      else known.push([bucket, count]);
    }
    return latencies;
  }
}
