import type { GoProgramOptions } from "./go-program.js";

/** Instructions as Go 1.19 makes them for arm64, in words. */
export const CHECK = [0xf9400b90, 0xeb3063ff, 0x54000209]; // ldr x16, [x28, #16]; cmp sp, x16; b.ls
const CHECK_OF_LARGE = [0xf9400b90, 0xd10583f1, 0xeb10023f, 0x54000209]; // …; sub x17, sp, #352; cmp x17, x16; b.ls
export const FRAME_112 = [0xf8190ffe, 0xf81f83fd, 0xd10023fd]; // str x30, [sp, #-112]!; stur x29, [sp, #-8]; sub x29, sp, #8
export const KEPT_ABOVE_112 = [0xf90043e1, 0xf9003fe0]; // str x1, [sp, #128]; str x0, [sp, #120]
export const RET = 0xd65f03c0;

export const wordBytes = (words: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, index * 4);
  return bytes;
};

const FUNCTION_WORDS = 16;

/** Of a function of up to 64 bytes: a call of the next one. */
export const callOfNext = (before: readonly number[]): number[] => [
  ...before,
  0x94000000 + FUNCTION_WORDS - before.length,
  RET,
];

/** crypto/tls as small as it can be: Read calls memmove, and Write writeRecordLocked, which are behind them; each function has 64 bytes. */
export function armCryptoTls(
  read: readonly number[] = callOfNext([...CHECK, ...FRAME_112, ...KEPT_ABOVE_112]),
  check: readonly number[] = CHECK,
): GoProgramOptions["functions"] {
  const functions: Record<string, readonly number[]> = {
    "crypto/tls.(*Conn).Read": read,
    "runtime.memmove": [RET],
    "crypto/tls.(*Conn).Write": callOfNext(check),
    "crypto/tls.(*Conn).writeRecordLocked": [RET],
    "crypto/tls.(*Conn).Close": [...check, RET],
    "crypto/tls.(*Conn).clientHandshake": [...CHECK_OF_LARGE, RET],
    "net.(*TCPConn).Close": [RET],
  };
  const padded = (words: readonly number[]) => Buffer.concat([wordBytes(words)], FUNCTION_WORDS * 4);
  return Object.fromEntries(Object.entries(functions).map(([name, words]) => [name, [...padded(words)]]));
}
