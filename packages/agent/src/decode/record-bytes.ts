/** Whole numbers of 64 bits and texts out of the bytes of a batch, without throwing and almost without allocating. */
export class RecordBytes {
  readonly view: DataView;
  readonly buffer: Buffer;

  /** @param records bytes as the native session hands them over; not copied, not kept beyond the batch */
  constructor(records: Uint8Array) {
    this.view = new DataView(records.buffer, records.byteOffset, records.byteLength);
    this.buffer = Buffer.from(records.buffer, records.byteOffset, records.byteLength);
  }

  get length(): number {
    return this.view.byteLength;
  }

  u8(at: number): number {
    return this.view.getUint8(at);
  }

  u16(at: number): number {
    return this.view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.view.getUint32(at, true);
  }

  /** A 64-bit number as a double: exact to 2^53, beyond that rounded (a monotonic time after 104 days: by 1 or 2 ns). */
  u64(at: number): number {
    return this.view.getUint32(at + 4, true) * 4_294_967_296 + this.view.getUint32(at, true);
  }
}
