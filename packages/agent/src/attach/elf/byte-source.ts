import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Bytes that can be read at any place; what lies outside is refused, never padded. */
export interface ByteSource {
  readonly size: number;
  /** exactly `length` bytes. @throws ElfError where they are not all there */
  read(offset: number, length: number): Buffer;
  /** the same of at most PIECE_MAX_BYTES, for who looks through much: valid until the next piece of any file is read */
  piece(offset: number, length: number): Buffer;
}

export const PIECE_MAX_BYTES = 1024 * 1024;

/** One for all: a buffer for each piece would be tens of megabytes before they are collected. */
let pieceBuffer: Buffer | undefined;

/** A file that is not what its headers claim. Hostile or broken: it is left alone. */
export class ElfError extends Error {
  override readonly name = "ElfError";
}

/** No table of an ELF file that is read here may be larger. */
const READ_MAX_BYTES = 32 * 1024 * 1024;

const check = (size: number, offset: number, length: number): void => {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new ElfError("an offset or a length is no file position");
  }
  if (length > READ_MAX_BYTES) throw new ElfError(`a table of ${length} bytes is too large`);
  if (offset + length > size) throw new ElfError(`${offset}+${length} lies beyond the end at ${size}`);
};

export function bytesOf(buffer: Uint8Array): ByteSource {
  const whole = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const part = (offset: number, length: number): Buffer => {
    check(whole.length, offset, length);
    return whole.subarray(offset, offset + length);
  };
  return {
    size: whole.length,
    read: part,
    piece: part,
  };
}

/** Runs `work` over an open file. @throws the system's error where it cannot be opened, ElfError where it is no file */
export function withFile<Result>(path: string, work: (source: ByteSource) => Result): Result {
  // Without waiting: a pipe in the file's place would hold this thread.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new ElfError("not a regular file");
    const fill = (buffer: Buffer, offset: number): Buffer => {
      let done = 0;
      while (done < buffer.length) {
        const got = readSync(file, buffer, done, buffer.length - done, offset + done);
        if (got === 0) throw new ElfError("the file shrank while it was read");
        done += got;
      }
      return buffer;
    };
    return work({
      size: stat.size,
      read(offset, length) {
        check(stat.size, offset, length);
        return fill(Buffer.alloc(length), offset);
      },
      piece(offset, length) {
        check(stat.size, offset, length);
        if (length > PIECE_MAX_BYTES) throw new RangeError(`a piece has at most ${PIECE_MAX_BYTES} bytes`);
        pieceBuffer ??= Buffer.alloc(PIECE_MAX_BYTES);
        return fill(pieceBuffer.subarray(0, length), offset);
      },
    });
  } finally {
    closeSync(file);
  }
}
