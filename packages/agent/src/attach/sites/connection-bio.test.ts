import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLibrary, exportedFunctions, returningAtOnce } from "../../testing/built-library.js";
import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { connectionBio } from "./connection-bio.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-bio-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Of a library that exports these functions, which return at once, beside SSL_get_rbio, which has this code, and others, which have theirs. */
const bioOf = (
  exported: string[],
  code = ["mov 16(%rdi), %rax", "ret"],
  others: Record<string, string[]> = {},
) => {
  const source = exportedFunctions({ SSL_get_rbio: code, ...others, ...returningAtOnce(exported) });
  return withFile(buildLibrary(folder, "s", source), (file) => connectionBio(new ElfFile(file)));
};

const SINCE_1_1_1 = "SSL_read_early_data";
const DEPRECATED = "SSL_CTX_use_RSAPrivateKey";
const SINCE_3_0 = "SSL_CTX_new_ex";

describe.runIf(process.arch === "x64")("where a connection has its BIO", () => {
  test("is known of OpenSSL 1.1.1 and of 3", () => {
    expect(bioOf([SINCE_1_1_1, DEPRECATED])).toEqual({ at: 16, isOf3: false });
    expect(bioOf([SINCE_1_1_1, DEPRECATED, SINCE_3_0])).toEqual({ at: 16, isOf3: true });
  });

  test("is known of a getter with a frame pointer", () => {
    const code = ["endbr64", "push %rbp", "mov 16(%rdi), %rax", "mov %rsp, %rbp", "pop %rbp", "ret"];
    expect(bioOf([SINCE_1_1_1, DEPRECATED], code)).toEqual({ at: 16, isOf3: false });
  });

  test.each([
    ["before 1.1.1", [DEPRECATED]],
    ["of 3 without what it deprecates", [SINCE_1_1_1, SINCE_3_0]],
  ])("is not believed of a build %s, whose BIOs are laid out in another way", (_, exported) => {
    expect(bioOf(exported)).toBeUndefined();
  });

  test.each([
    ["3", [SINCE_1_1_1, SINCE_3_0], 52, { at: 16, isOf3: true }],
    ["3 without what it deprecates", [SINCE_1_1_1, SINCE_3_0], 44, undefined],
    ["1.1.1", [SINCE_1_1_1], 44, { at: 16, isOf3: false }],
    ["1.1.1 with another field there", [SINCE_1_1_1], 48, undefined],
    ["before 1.1.1", [], 44, undefined],
  ])(
    "of a program that has %s inside, and not all of it: a BIO's own field tells",
    (_, exported, at, expected) => {
      const retryReason = { BIO_get_retry_reason: [`mov ${at}(%rdi), %eax`, "ret"] };
      expect(bioOf(exported, undefined, retryReason)).toEqual(expected);
    },
  );

  test("is not where the getter loads from two places, or from none", () => {
    const both = ["test %rdi, %rdi", "jz 1f", "mov 16(%rdi), %rax", "ret", "1: mov 24(%rdi), %rax", "ret"];
    expect(bioOf([SINCE_1_1_1, DEPRECATED], both)).toBeUndefined();
    expect(bioOf([SINCE_1_1_1, DEPRECATED], ["xor %eax, %eax", "ret"])).toBeUndefined();
  });
});
