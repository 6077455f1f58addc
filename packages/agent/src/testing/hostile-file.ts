import { type ByteSource, bytesOf } from "../attach/elf/byte-source.js";

/** A part of a file. */
export interface FilePart {
  offset: number;
  length: number;
}

/** Bytes that stand in a file in place of its own. */
export interface Overwrite {
  at: number;
  bytes: Buffer;
}

/** How many times what was read of the real file may be read of one that is made of it, beside READ_MIN_BYTES. */
const READS_MAX = 64;
const READ_MIN_BYTES = 64 * 1024 * 1024;

/** A real file that is made hostile where it hurts: in the parts that a reader looks at. */
export class HostileFile {
  /** what the reader looked at in the real one, in that order */
  readonly parts: readonly FilePart[];
  readonly #file: Buffer;
  readonly #readMaxBytes: number;

  constructor(file: Buffer, read: (source: ByteSource) => void) {
    const parts: FilePart[] = [];
    read(observed(bytesOf(file), (offset, length) => parts.push({ offset, length })));
    this.parts = parts.filter(({ length }) => length > 0);
    this.#file = file;
    this.#readMaxBytes = READ_MIN_BYTES + READS_MAX * this.parts.reduce((sum, { length }) => sum + length, 0);
  }

  get size(): number {
    return this.#file.length;
  }

  /** The file with some of its bytes overwritten, cut off at `size`. Reading it again and again fails with an Error. */
  with(overwrites: readonly Overwrite[], size: number): ByteSource {
    let left = this.#readMaxBytes;
    return observed(overlaid(this.#file.subarray(0, size), overwrites), (_, length) => {
      left -= length;
      if (left < 0) throw new Error("a hostile file is read again and again");
    });
  }
}

function observed(source: ByteSource, onRead: (offset: number, length: number) => void): ByteSource {
  const read = (offset: number, length: number): Buffer => {
    const bytes = source.read(offset, length);
    onRead(offset, length);
    return bytes;
  };
  return { size: source.size, read, piece: read };
}

function overlaid(file: Buffer, overwrites: readonly Overwrite[]): ByteSource {
  const source = bytesOf(file);
  const read = (offset: number, length: number): Buffer => {
    const bytes = source.read(offset, length);
    const within = overwrites.filter(
      (each) => each.at < offset + length && each.at + each.bytes.length > offset,
    );
    if (within.length === 0) return bytes;
    const changed = Buffer.from(bytes);
    for (const { at, bytes: what } of within) {
      for (const [index, byte] of what.entries()) {
        if (at + index >= offset && at + index < offset + length) changed[at + index - offset] = byte;
      }
    }
    return changed;
  };
  return { size: source.size, read, piece: read };
}
