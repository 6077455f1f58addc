import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLibrary, exportedFunctions } from "../../testing/built-library.js";
import { NODE_WITH_OPENSSL } from "../../testing/node-with-openssl.js";
import { HOSTS_OPENSSL, OPENSSL_1_1 } from "../../testing/openssl-libraries.js";
import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { connectionShutdown, shutdownDetail } from "./connection-shutdown.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-shutdown-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Of a library whose SSL_get_shutdown has this code. */
const shutdownOf = (code: string[]) =>
  withFile(buildLibrary(folder, "s", exportedFunctions({ SSL_get_shutdown: code })), (file) =>
    connectionShutdown(new ElfFile(file)),
  );

describe.runIf(process.arch === "x64")("where a connection notes that its peer ended it", () => {
  test.each([
    ["of 1.1 and 3", ["mov 0x44(%rdi), %eax", "xor %edi, %edi", "ret"], 0x44],
    [
      "of 3.2, which asks first whether it is one",
      [
        "mov (%rdi), %ecx",
        "test %ecx, %ecx",
        "je 1f",
        "xor %eax, %eax",
        "ret",
        "1: mov 0x7c(%rdi), %eax",
        "ret",
      ],
      0x7c,
    ],
    [
      "of two places",
      ["test %rdi, %rdi", "jz 1f", "mov 0x44(%rdi), %eax", "ret", "1: mov 0x48(%rdi), %eax", "ret"],
      undefined,
    ],
    ["of none", ["xor %eax, %eax", "ret"], undefined],
    ["before the connection", ["mov -0x44(%rdi), %eax", "ret"], undefined],
    ["where its version stands", ["mov (%rdi), %eax", "ret"], undefined],
    ["of no word", ["mov 0x45(%rdi), %eax", "ret"], undefined],
    ["beyond what a cookie holds", ["mov 0x20000(%rdi), %eax", "ret"], undefined],
  ])("%s", (_, code, expected) => {
    expect(shutdownOf(code)).toBe(expected);
  });

  test.each([
    ["this host's OpenSSL", HOSTS_OPENSSL],
    ["OpenSSL 1.1", OPENSSL_1_1],
    ["a Node that has it inside", NODE_WITH_OPENSSL],
  ])("%s", (_, path) => {
    expect(withFile(path, (file) => connectionShutdown(new ElfFile(file)))).toEqual(expect.any(Number));
  });

  test("a cookie says it in words of four bytes", () => {
    expect(shutdownDetail(0x44)).toBe(0x22_0000_0000_0000n);
  });
});
