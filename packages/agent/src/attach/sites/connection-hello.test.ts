import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLibrary, exportedFunctions, returningAtOnce } from "../../testing/built-library.js";
import { NODE_WITH_OPENSSL } from "../../testing/node-with-openssl.js";
import { HOSTS_OPENSSL, OPENSSL_1_1 } from "../../testing/openssl-libraries.js";
import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { connectionHello, helloDetail } from "./connection-hello.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-hello-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Of a library whose SSL_get_client_random has this code, of OpenSSL 3 or before. */
const helloOf = (code: string[], isOf3: boolean) => {
  const others = isOf3 ? ["SSL_CTX_new_ex"] : [];
  const source = exportedFunctions({ SSL_get_client_random: code, ...returningAtOnce(others) });
  return withFile(buildLibrary(folder, "s", source), (file) => connectionHello(new ElfFile(file)));
};

const COPY = ["lea 8(%rcx), %r8", "mov (%rsi), %rdx", "mov %rdx, (%rcx)", "ret"];

describe.runIf(process.arch === "x64")("where a connection has its client hello's random", () => {
  test.each([
    [
      "of 3, in the connection itself",
      ["lea 0x160(%rdi), %rsi", "mov 0x160(%rdi), %rdx", ...COPY],
      true,
      { at: 0x178 },
    ],
    [
      "of 3.2, which asks first whether it is one",
      [
        "mov (%rdi), %eax",
        "test %eax, %eax",
        "je 1f",
        "mov 0x60(%rdi), %rdi",
        "1: lea 0x188(%rdi), %rsi",
        ...COPY,
      ],
      true,
      { at: 0x1a0 },
    ],
    ["of a copy by a call", ["add $0x160, %rdi", "xchg %rdi, %rsi", "ret"], true, { at: 0x178 }],
    [
      "of 1.1, in its state",
      ["mov 0xa8(%rdi), %rdi", "lea 0xb8(%rdi), %rcx", "mov 0xb8(%rdi), %rdx", ...COPY],
      false,
      { at: 0xd0, stateAt: 0xa8 },
    ],
    [
      "of 1.1, in a state in a high register",
      ["mov 0xa8(%rdi), %r9", "add $0x50, %r9", "ret"],
      false,
      { at: 0x68, stateAt: 0xa8 },
    ],
  ])("%s", (_, code, isOf3, expected) => {
    expect(helloOf(code, isOf3)).toEqual(expected);
  });

  test.each([
    ["of two places", ["lea 0x160(%rdi), %rsi", "lea 0x180(%rdi), %rsi", "ret"], true],
    ["of none", ["xor %eax, %eax", "ret"], true],
    ["of one in a state that is not loaded", ["lea 0xb8(%rdi), %rcx", "ret"], false],
    ["of one beyond what a cookie holds", ["lea 0x10000(%rdi), %rsi", "ret"], true],
    ["before the connection", ["lea -0x160(%rdi), %rsi", "ret"], true],
  ])("is not known %s", (_, code, isOf3) => {
    expect(helloOf(code, isOf3)).toBeUndefined();
  });

  test.each([
    ["this host's OpenSSL", HOSTS_OPENSSL, { at: expect.any(Number) }],
    ["OpenSSL 1.1", OPENSSL_1_1, { at: 0xd0, stateAt: 0xa8 }],
    ["a Node that has it inside", NODE_WITH_OPENSSL, { at: expect.any(Number) }],
  ])("%s", (_, path, expected) => {
    expect(withFile(path, (file) => connectionHello(new ElfFile(file)))).toEqual(expected);
  });

  test("a cookie says which end the handshake is of", () => {
    expect(helloDetail({ at: 0x178 }, "server")).toBe(0x178_0000n);
    expect(helloDetail({ at: 0xd0, stateAt: 0xa8 }, "client")).toBe(0x1_00a8_00d0_0000n);
  });
});
