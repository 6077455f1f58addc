/** Fingerprints: SipHash-2-4 with 128 bits of output (Aumasson and Bernstein), keyed by the fleet's key. */

export interface FingerprintKey {
  /** 16 bytes; k0 and k1 are their halves, little endian */
  readonly bytes: Uint8Array;
  /** first eight hex digits of the SHA-256 of the bytes: says which key, not what it is */
  readonly id: string;
}

/** @throws RangeError when the text is not 32 hex digits (outer whitespace aside). The message never quotes it. */
export const parseFingerprintKey = async (text: string): Promise<FingerprintKey> => {
  const hex = text.trim();
  if (!/^[0-9a-fA-F]{32}$/.test(hex)) throw new RangeError("a fingerprint key is 32 hex digits");
  const bytes = Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  return { bytes, id: await fingerprintKeyId(bytes) };
};

/** First eight hex digits of the SHA-256 of the 16 key bytes. */
export const fingerprintKeyId = async (key: Uint8Array): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(key)));
  return toHex(digest.subarray(0, 4));
};

const toHex = (bytes: Uint8Array): string => {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
};

const mask64 = (1n << 64n) - 1n;
const rotate = (x: bigint, bits: bigint): bigint => ((x << bits) | (x >> (64n - bits))) & mask64;

/**
 * SipHash-2-4-128 of `data` under a key of 16 bytes: 16 bytes. The kernel's is the one that runs on traffic; this one is
 * for tools and recorded input, and is not fast.
 */
export const siphash128 = (key: Uint8Array, data: Uint8Array): Uint8Array => {
  if (key.length !== 16) throw new RangeError("a SipHash key has 16 bytes");
  const keyView = new DataView(key.buffer, key.byteOffset, 16);
  const k0 = keyView.getBigUint64(0, true);
  const k1 = keyView.getBigUint64(8, true);
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn ^ 0xeen;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) & mask64;
      v1 = rotate(v1, 13n) ^ v0;
      v0 = rotate(v0, 32n);
      v2 = (v2 + v3) & mask64;
      v3 = rotate(v3, 16n) ^ v2;
      v0 = (v0 + v3) & mask64;
      v3 = rotate(v3, 21n) ^ v0;
      v2 = (v2 + v1) & mask64;
      v1 = rotate(v1, 17n) ^ v2;
      v2 = rotate(v2, 32n);
    }
  };
  const compress = (word: bigint): void => {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  };
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const whole = data.length & ~7;
  for (let offset = 0; offset < whole; offset += 8) compress(view.getBigUint64(offset, true));
  let last = BigInt(data.length & 0xff) << 56n;
  for (let i = whole; i < data.length; i++) last |= BigInt(data[i] as number) << BigInt(8 * (i - whole));
  compress(last);
  v2 ^= 0xeen;
  rounds(4);
  const out = new DataView(new ArrayBuffer(16));
  out.setBigUint64(0, v0 ^ v1 ^ v2 ^ v3, true);
  v1 ^= 0xddn;
  rounds(4);
  out.setBigUint64(8, v0 ^ v1 ^ v2 ^ v3, true);
  return new Uint8Array(out.buffer);
};
