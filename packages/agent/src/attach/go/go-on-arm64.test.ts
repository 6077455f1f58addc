import { describe, expect, test } from "vitest";
import {
  armCryptoTls,
  CHECK,
  callOfNext,
  FRAME_112,
  KEPT_ABOVE_112,
  RET,
} from "../../testing/go-code-for-arm64.js";
import { type GoProgramOptions, goElf } from "../../testing/go-program.js";
import { UnknownBuild } from "../unknown-build.js";
import { goProgram } from "./go-sites.js";

const KEPT = [...FRAME_112, ...KEPT_ABOVE_112];

describe("where to stand in a Go program for arm64", () => {
  const sites = (functions: GoProgramOptions["functions"], version = "go1.22.1") =>
    goProgram(goElf({ generation: "1.20", machine: "aarch64", version, functions }))?.sites ?? [];

  test("where a read copies, where records are written, and at the jump of the stack check", () => {
    const found = sites(armCryptoTls()).map((site) => [
      ...[site.function, site.offset, site.receiverAt, site.offset + site.tcpCloseAt],
    ]);
    expect(found).toEqual([
      ["go_write", 0x108c, 0, 0x1180],
      ["go_read_copy", 0x1020, 120, 0x1180],
      ["go_handshake", 0x114c, 0, 0x1180],
      ["go_close", 0x1108, 0, 0x1180],
    ]);
  });

  test("a build that copies in another function: at each return of a read, which costs no more there", () => {
    const functions = armCryptoTls([...CHECK, ...KEPT, RET, 0xd503201f, RET]);
    expect(sites(functions).slice(1, 3)).toMatchObject([
      { function: "go_read_return", offset: 0x1020, receiverAt: 8, cost: "emulated" },
      { function: "go_read_return", offset: 0x1028, receiverAt: 8, cost: "emulated" },
    ]);
  });

  test.each([
    ["arguments on the stack", "go1.17.13", armCryptoTls()],
    ["a read that begins as on x86-64", "go1.22.1", armCryptoTls([0x763b4901, ...KEPT, RET])],
    ["a read that keeps nothing", "go1.22.1", armCryptoTls(callOfNext(CHECK))],
    ["a read that ends in another function", "go1.22.1", armCryptoTls([...CHECK, ...KEPT, RET, 0x14000100])],
    [
      "a read that goes where a register says",
      "go1.22.1",
      armCryptoTls([...CHECK, ...KEPT, RET, 0xd61f0000]),
    ],
    ["another condition", "go1.22.1", armCryptoTls(undefined, [0xf9400b90, 0xeb3063ff, 0x54000208])],
  ])("refused: %s", (_, version, functions) => {
    expect(() => sites(functions, version)).toThrow(UnknownBuild);
  });
});
