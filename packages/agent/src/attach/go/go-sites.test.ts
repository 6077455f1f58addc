import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fuzzParameters, fuzzTimeoutMs } from "../../testing/fuzz-parameters.js";
import { armCryptoTls } from "../../testing/go-code-for-arm64.js";
import { type GoProgramOptions, goElf, goProgramBytes } from "../../testing/go-program.js";
import { type ByteSource, bytesOf, ElfError, withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { UnknownBuild } from "../unknown-build.js";
import { goProgram } from "./go-sites.js";

/** Debian's, stripped, with cgo. */
const CADDY = "/usr/bin/caddy";

const STACK_CHECK = {
  register: [0x49, 0x3b, 0x66, 0x10, 0x76, 0x02],
  stack: [0x64, 0x48, 0x8b, 0x0c, 0x25, 0xf8, 0xff, 0xff, 0xff, 0x48, 0x3b, 0x61, 0x10, 0x76, 0x02],
};
/** sub rsp, 24; with registers mov [rsp+32], rax and mov [rsp+40], rbx. */
const FRAME = [0x48, 0x83, 0xec, 0x18];
const KEPT = [...FRAME, 0x48, 0x89, 0x44, 0x24, 0x20, 0x48, 0x89, 0x5c, 0x24, 0x28];
const RET = 0xc3;
/** Of a function of up to 32 bytes: a call of the next one. */
const callOfNext = (before: readonly number[]) => [...before, 0xe8, 27 - before.length, 0, 0, 0];
/** crypto/tls as small as it can be: Read calls memmove, and Write writeRecordLocked, which are behind them. */
const cryptoTls = (
  check: readonly number[],
  begin: readonly number[] = KEPT,
): GoProgramOptions["functions"] => ({
  "crypto/tls.(*Conn).Read": [...callOfNext([...check, ...begin]), RET],
  "runtime.memmove": [RET],
  "crypto/tls.(*Conn).Write": [...callOfNext(check), RET],
  "crypto/tls.(*Conn).writeRecordLocked": [RET],
  "crypto/tls.(*Conn).Close": [...check, RET],
  "crypto/tls.(*Conn).serverHandshake": [...check, RET],
  "net.(*TCPConn).Close": [RET],
});
const places = (options: GoProgramOptions) =>
  goProgram(goElf(options))?.sites.map((site) => [
    ...[site.function, site.offset, site.receiverAt, site.offset + site.tcpCloseAt],
  ]);

describe.runIf(process.arch === "x64")("where to stand in a Go program", () => {
  test("with registers: where a read copies, where records are written, and at the jump of the stack check", () => {
    const functions = cryptoTls(STACK_CHECK.register);
    expect(places({ generation: "1.20", version: "go1.22.1", functions })).toEqual([
      ["go_write", 0x1046, 0, 0x10c0],
      ["go_read_copy", 0x1014, 32, 0x10c0],
      ["go_handshake", 0x10a4, 0, 0x10c0],
      ["go_close", 0x1084, 0, 0x10c0],
    ]);
  });

  test("on the stack: the same", () => {
    const functions = cryptoTls(STACK_CHECK.stack, FRAME);
    const program = goProgram(goElf({ generation: "1.2", version: "go1.15.9", functions }));
    expect(program?.convention).toBe("stack");
    expect(program?.sites[1]).toMatchObject({ function: "go_read_copy", offset: 0x1013, receiverAt: 32 });
  });

  test("a build that copies in another function: at each return of a read", () => {
    const functions = cryptoTls(STACK_CHECK.register);
    functions["crypto/tls.(*Conn).Read"] = [...STACK_CHECK.register, ...KEPT, RET, 0x90, RET];
    expect(places({ generation: "1.20", version: "go1.22.1", functions })?.slice(1, 3)).toEqual([
      ["go_read_return", 0x1014, 8, 0x10c0],
      ["go_read_return", 0x1016, 8, 0x10c0],
    ]);
  });

  test.each([
    ["a version that does not tell", "devel +0123456789", STACK_CHECK.register, {}],
    ["a beginning that is not its version's", "go1.22.1", STACK_CHECK.stack, {}],
    ["a read that keeps nothing", "go1.22.1", STACK_CHECK.register, { Read: [RET] }],
    [
      "a read that jumps out of itself",
      "go1.22.1",
      STACK_CHECK.register,
      { Read: [...KEPT, 0xe9, 0, 1, 0, 0, RET] },
    ],
    ["a read without a return", "go1.22.1", STACK_CHECK.register, { Read: [...KEPT, 0x90] }],
    ["a write that calls nothing", "go1.22.1", STACK_CHECK.register, { Write: [RET] }],
    ["bytes that are no instructions", "go1.22.1", STACK_CHECK.register, { Read: [...KEPT, 0x06, RET] }],
  ])("refused: %s", (_, version, check, code: Record<string, number[]>) => {
    const functions = { ...cryptoTls(check) };
    for (const [name, end] of Object.entries(code))
      functions[`crypto/tls.(*Conn).${name}`] = [...check, ...end];
    expect(() => goProgram(goElf({ generation: "1.20", version, functions }))).toThrow(UnknownBuild);
  });

  test("a Go program without crypto/tls, and one that is none", () => {
    const functions = { "main.main": [0xc3] };
    expect(goProgram(goElf({ generation: "1.20", version: "go1.22.1", functions }))).toBeUndefined();
    expect(withFile(process.execPath, (source) => goProgram(new ElfFile(source)))).toBeUndefined();
  });

  test("a stripped program of a distribution", () => {
    const program = withFile(CADDY, (source) => goProgram(new ElfFile(source)));
    expect(program?.version).toMatch(/^go1\.\d+/);
    expect(program?.convention).toBe("register");
    const counts: Record<string, number> = {};
    for (const site of program?.sites ?? []) counts[site.function] = (counts[site.function] ?? 0) + 1;
    expect(counts).toEqual({ go_close: 1, go_handshake: 2, go_read_copy: 1, go_write: 2 });
    expect(program?.sites.every((site) => site.tcpCloseAt !== 0)).toBe(true);
  });
});

/** All that is asked of a Go program; the only ways to fail are ElfError and UnknownBuild. */
const readAll = (source: ByteSource): void => {
  try {
    goProgram(new ElfFile(source));
  } catch (error) {
    if (!(error instanceof ElfError) && !(error instanceof UnknownBuild)) throw error;
  }
};

describe("a hostile program is refused in words, or read within bounds", () => {
  const value = fc.oneof(
    fc.integer({ min: 0, max: 255 }).map(BigInt),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.integer({ min: -64, max: 64 }).map((distance) => BigInt.asUintN(64, BigInt(distance))),
  );
  const writes = (place: fc.Arbitrary<number>) =>
    fc.array(fc.tuple(place, fc.constantFrom(1, 4, 8), value), { minLength: 1, maxLength: 6 });
  const write = (bytes: Buffer, start: number, [at, width, what]: [number, number, bigint]): void => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(what);
    number.subarray(0, width).copy(bytes, at - start);
  };

  test.each([
    ["1.2", "go1.15.9", "stack"],
    ["1.16", "go1.17.1", "register"],
    ["1.18", "go1.19.8", "register"],
    ["1.20", "go1.24.4", "register"],
    ["1.26", "go1.26.5", "register"],
  ] as const)(
    "a table of Go %s overwritten anywhere",
    (generation, version, convention) => {
      const functions = cryptoTls(STACK_CHECK[convention]);
      const programs = [true, false].flatMap((sections) => [
        goProgramBytes({ generation, version, functions, sections }),
        goProgramBytes({ generation, version, functions: armCryptoTls(), sections, machine: "aarch64" }),
      ]);
      const place = fc.oneof(
        fc.integer({ min: 0x2000, max: 0x2400 }),
        fc.integer({ min: 0x6000, max: 0x6100 }),
        fc.integer({ min: 0x1000, max: 0x1100 }),
        fc.integer({ min: 0, max: 0x700 }),
      );
      fc.assert(
        fc.property(writes(place), fc.constantFrom(...programs), (changes, program) => {
          const bytes = Buffer.from(program);
          for (const change of changes) write(bytes, 0, change);
          readAll(bytesOf(bytes));
        }),
        fuzzParameters(300),
      );
    },
    fuzzTimeoutMs,
  );

  describe("a large one", () => {
    let program: Buffer;
    let table = { offset: 0, size: 0 };
    beforeAll(() => {
      program = withFile(CADDY, (source) =>
        Buffer.concat([
          source.read(0, source.size >> 1),
          source.read(source.size >> 1, source.size - (source.size >> 1)),
        ]),
      );
      table = new ElfFile(bytesOf(program)).section(".gopclntab") ?? table;
    });
    afterAll(() => {
      program = Buffer.alloc(0);
    });

    test(
      "with its table overwritten, or cut off",
      () => {
        const place = fc.oneof(fc.integer({ min: 0, max: 72 }), fc.integer({ min: 0, max: table.size - 9 }));
        // Most runs see the whole file: one that is cut off is refused before much of it is read.
        const length = fc.oneof(
          { weight: 4, arbitrary: fc.constant(program.length) },
          { weight: 1, arbitrary: fc.integer({ min: 64, max: program.length }) },
        );
        fc.assert(
          fc.property(writes(place), length, (changes, length) => {
            const saved = changes.map(([at]) =>
              Buffer.from(program.subarray(table.offset + at, table.offset + at + 8)),
            );
            for (const change of changes) write(program.subarray(table.offset), 0, change);
            readAll(bytesOf(program.subarray(0, length)));
            for (const [index, [at]] of [...changes.entries()].reverse())
              saved[index]?.copy(program, table.offset + at);
          }),
          fuzzParameters(50),
        );
      },
      fuzzTimeoutMs,
    );
  });
});
