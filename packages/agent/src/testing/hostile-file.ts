import fc from "fast-check";
import { type ByteSource, bytesOf } from "../attach/elf/byte-source.js";

/** Bytes that stand in a file in place of its own. */
export interface Overwrite {
  at: number;
  bytes: Buffer;
}

/** A part of a file that a reader looked at. */
interface Part {
  offset: number;
  length: number;
}

/** Values that lengths, counts and offsets go wrong at. */
const value = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map(BigInt),
  fc.integer({ min: -64, max: 64 }).map((distance) => BigInt.asUintN(64, BigInt(distance))),
  fc.integer({ min: 0, max: 63 }).map((bit) => 1n << BigInt(bit)),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);

/** A part of those most of which are small, where a byte says most: headers, and code at one address. */
const among = (parts: readonly Part[]): fc.Arbitrary<Part> => {
  const small = parts.filter(({ length }) => length <= 4096);
  return small.length > 0
    ? fc.oneof(fc.constantFrom(...small), fc.constantFrom(...parts))
    : fc.constantFrom(...parts);
};

const overwrite = (parts: readonly Part[]): fc.Arbitrary<Overwrite> =>
  fc
    .tuple(among(parts), fc.nat(), fc.constantFrom(1, 2, 4, 8), value)
    .map(([{ offset, length }, place, width, what]) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(what);
      return { at: offset + (place % length), bytes: bytes.subarray(0, width) };
    });

/**
 * A real file, made hostile where it hurts: it is overwritten in the parts that `read` looks at in the real one, and cut
 * off. What is made of it reads no more than `READS_MAX` times what was read of the real one, or fails with an Error.
 */
export function hostile(file: Buffer, read: (source: ByteSource) => void): fc.Arbitrary<ByteSource> {
  const parts: Part[] = [];
  read(observed(bytesOf(file), (offset, length) => parts.push({ offset, length })));
  const looked = parts.filter(({ length }) => length > 0);
  const bytes = looked.reduce((sum, { length }) => sum + length, 0);
  return fc
    .tuple(
      fc.array(overwrite(looked), { minLength: 1, maxLength: 4 }),
      fc.oneof(
        { weight: 20, arbitrary: fc.constant(file.length) },
        { weight: 1, arbitrary: fc.nat(file.length) },
      ),
    )
    .map(([overwrites, size]) => {
      let left = READ_MIN_BYTES + READS_MAX * bytes;
      return observed(overlaid(file.subarray(0, size), overwrites), (_, length) => {
        left -= length;
        if (left < 0) throw new Error("a hostile file is read again and again");
      });
    });
}

const READS_MAX = 64;
const READ_MIN_BYTES = 64 * 1024 * 1024;

function observed(source: ByteSource, onRead: (offset: number, length: number) => void): ByteSource {
  return {
    size: source.size,
    read(offset, length) {
      const bytes = source.read(offset, length);
      onRead(offset, length);
      return bytes;
    },
  };
}

function overlaid(file: Buffer, overwrites: readonly Overwrite[]): ByteSource {
  const source = bytesOf(file);
  return {
    size: source.size,
    read(offset, length) {
      const bytes = source.read(offset, length);
      const within = overwrites.filter(
        ({ at, bytes: { length: width } }) => at < offset + length && at + width > offset,
      );
      if (within.length === 0) return bytes;
      const changed = Buffer.from(bytes);
      for (const { at, bytes: what } of within) {
        for (const [index, byte] of what.entries()) {
          if (at + index >= offset && at + index < offset + length) changed[at + index - offset] = byte;
        }
      }
      return changed;
    },
  };
}
