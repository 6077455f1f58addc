import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ProgramTls } from "./program-tls.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-programs-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A stripped program with these texts among its constants. */
const build = (name: string, texts: string[], ...options: string[]): string => {
  const path = join(folder, name);
  const lines = texts.map((text) => `\tputs(${JSON.stringify(text)});`).join("\n");
  writeFileSync(`${path}.c`, `#include <stdio.h>\nint main(void)\n{\n${lines}\n\treturn 0;\n}\n`);
  execFileSync("cc", ["-s", ...options, "-o", path, `${path}.c`]);
  return path;
};
const reasonOf = (path: string, budgetBytes = 2 ** 30): string | undefined => {
  const programs = new ProgramTls(new Map());
  programs.allow(budgetBytes);
  return programs.reasonOf(path);
};

test.each<[string, string[], string | undefined]>([
  ["nothing", ["hello"], undefined],
  [
    "BoringSSL",
    ["third_party/boringssl/src/ssl/ssl_lib.cc", "c hs traffic"],
    "unknown_build: BoringSSL, build 0123abcd",
  ],
  ["OpenSSL", ["../ssl/ssl_lib.c", "c hs traffic"], "stripped: OpenSSL, build 0123abcd"],
  ["rustls", ["/cargo/registry/src/rustls-0.23.5/src/conn.rs"], "unsupported_tls: rustls"],
  ["mbedTLS", ["./library/ssl_msg.c", "extended master secret"], "unsupported_tls: mbedTLS"],
  ["TLS of nobody knows whom", ["s ap traffic"], "no_symbols"],
  ["a cryptography library without TLS", ["../crypto/evp/evp_lib.c", "OpenSSL 3.0.19"], undefined],
])("by its constants: %s", (name, texts, expected) => {
  const path = build(name.replaceAll(" ", "-"), texts, "-Wl,--build-id=0x0123abcd");
  expect(reasonOf(path)).toBe(expected);
});

test("a program of 32 bits is told as one, whatever it carries", () => {
  const path = build("of-32-bits", ["ssl/ssl_lib.c"]);
  const bytes = readFileSync(path);
  bytes[4] = 1; // EI_CLASS: ELFCLASS32
  writeFileSync(path, bytes);
  expect(reasonOf(path)).toBe("of_32_bits");
});

test("without a build id it says so", () => {
  expect(reasonOf(build("no-id", ["ssl/ssl_lib.c"], "-Wl,--build-id=none"))).toBe(
    "stripped: OpenSSL, no build id",
  );
});

test("no file is begun without budget, and each is read once", () => {
  const path = build("budget", ["ssl/ssl_lib.c"]);
  const programs = new ProgramTls(new Map());
  programs.allow(0);
  expect(programs.reasonOf(path)).toBe("not_read_yet");
  programs.allow(2 ** 20);
  expect(programs.reasonOf(path)).toMatch(/^stripped: /);
  programs.allow(0);
  expect(programs.reasonOf(path)).toMatch(/^stripped: /);
});

test("a file that is written over is read anew, under the same number", () => {
  const path = build("written-over", ["ssl/ssl_lib.c"]);
  const programs = new ProgramTls(new Map());
  programs.allow(2 ** 20);
  expect(programs.reasonOf(path)).toMatch(/^stripped: /);
  const { ino } = statSync(path);
  writeFileSync(path, readFileSync(build("other", ["/cargo/registry/src/rustls-0.23.5/src/conn.rs"])));
  expect(statSync(path).ino).toBe(ino);
  programs.allow(2 ** 20);
  expect(programs.reasonOf(path)).toBe("unsupported_tls: rustls");
});

test("what is no program has words, and what is gone has none", () => {
  const text = join(folder, "text");
  writeFileSync(text, "#!/bin/sh\n".repeat(100));
  expect(reasonOf(text)).toBe("unreadable_program: not an ELF file");
  expect(reasonOf(folder)).toMatch(/^unreadable_program: invalid argument/);
  expect(reasonOf(join(folder, "nothing"))).toBeUndefined();
  const cut = build("cut", ["hello"]);
  truncateSync(cut, 3000);
  expect(reasonOf(cut)).toMatch(/^unreadable_program: .*beyond the end/);
});
