import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLibrary } from "../../testing/built-library.js";
import { HOSTS_OPENSSL, OPENSSL_1_1 } from "../../testing/openssl-libraries.js";
import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { DecodedCode } from "./decoded-code.js";
import { tlsMethod } from "./tls-method.js";
import { allWriteCopies } from "./write-copy-sites.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-writes-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LOT = 0x10000n;
const BIO = { at: 16, isOf3: true };
const BIO_DETAIL = 0x0280_0000_0000_0000n;

const OWN = `
typedef unsigned long size_t;
#define OWN __attribute__((noipa, visibility("hidden")))
extern int send(void *, int, const char *, size_t), prepare(void *);
`;
const PENDING = `OWN int pending(void *s, int type, const char *b, size_t n) { int sent = send(s, type, b, n); return prepare(s) + sent; }\n`;
const RECORD = `OWN int record(void *s, int type, const char *b, size_t *n, size_t k) { return prepare(s) ? -1 : pending(s, type, b, n[0] + k) + 1; }\n`;
const bytesOf = (body: string) => `int write_bytes(void *s, int type, const char *b, size_t n) {
  size_t each[1] = { n };
  ${body}
}\n`;
const RECORDS = "return record(s, type, b, each, 1) + prepare(s);";
const LOTS = "if (n > 65536) { prepare(s); return pending(s, 23, b + 1, n) + prepare(s); }";
const PENDING_BEFORE = "if (prepare(s) && pending(s, type, b, 7) <= 0) return -1;";
const WRITES = bytesOf(`${PENDING_BEFORE} ${LOTS} ${RECORDS}`);

/** The functions that are called at the sites that are found in such a library. */
const calledIn = (source: string, ...options: string[]): string[] =>
  withFile(buildLibrary(folder, "c", OWN + source, "-O2", "-fno-stack-protector", ...options), (file) => {
    const elf = new ElfFile(file);
    const { write_bytes: start, pending, record } = functionsOf(elf, ["write_bytes", "pending", "record"]);
    const sites = allWriteCopies(elf, { ...NO_METHOD, writeBytes: start }, BIO);
    const code = new DecodedCode(elf);
    const addressOf = (offset: number) => offset - elf.fileOffset(start as number) + (start as number);
    return sites.map(({ offset, detail = 0n }) => {
      const target = code.at(addressOf(offset))?.target;
      expect(detail & ~LOT).toBe(BIO_DETAIL);
      const name = target === record ? "record" : target === pending ? "pending" : String(target);
      return detail & LOT ? `${name}, a lot` : name;
    });
  });

const NO_METHOD = { accept: undefined, connect: undefined, readBytes: undefined };

const functionsOf = (elf: ElfFile, names: string[]): Record<string, number | undefined> => {
  const found = elf.functions(new Set(names));
  return Object.fromEntries(names.map((name) => [name, found.get(name)?.address]));
};

describe.runIf(process.arch === "x64" && process.platform === "linux")("where records are made", () => {
  test.each([
    ["this host's OpenSSL", HOSTS_OPENSSL],
    ["OpenSSL 1.1", OPENSSL_1_1],
  ])("of %s: one by one, and by the lot", (_, path) => {
    const sites = withFile(path, (file) => {
      const elf = new ElfFile(file);
      const method = tlsMethod(elf);
      return method ? allWriteCopies(elf, method, BIO) : [];
    });
    expect(sites.map(({ detail }) => detail)).toEqual([BIO_DETAIL, BIO_DETAIL | LOT]);
    for (const site of sites)
      expect(site).toMatchObject({ function: "write_copy", kind: "copy", cost: "emulated" });
  });

  test("of this Node, where it has OpenSSL up to 3.1 inside", () => {
    const { isInside, sites } = withFile(process.execPath, (file) => {
      const elf = new ElfFile(file);
      const method = tlsMethod(elf);
      return {
        isInside: elf.functions(new Set(["SSL_write"])).size > 0,
        sites: method ? allWriteCopies(elf, method, BIO) : [],
      };
    });
    const isUpTo31 = /^3\.[01]\./.test(process.versions.openssl);
    const expected = isInside && isUpTo31 ? [BIO_DETAIL, BIO_DETAIL | LOT] : [];
    expect(sites.map(({ detail }) => detail)).toEqual(expected);
  });

  test("not where a record is sent that was made before", () => {
    expect(calledIn(PENDING + RECORD + WRITES).sort()).toEqual(["pending, a lot", "record"]);
  });

  test("of what is built with frame pointers", () => {
    const called = calledIn(PENDING + RECORD + WRITES, "-fno-omit-frame-pointer");
    expect(called.sort()).toEqual(["pending, a lot", "record"]);
  });

  test("not where something is called that takes nothing, and finds all in registers by chance", () => {
    const fails = "OWN int failed(void) { return prepare(0); }\n";
    const early = (body: string) => body.replace("{", "{ if (n == 7) return failed() + 3;");
    const pending = early(PENDING);
    const writes = early(
      bytesOf(`${PENDING_BEFORE} ${LOTS} if (prepare(s) == 9) return failed() + 2; ${RECORDS}`),
    );
    const called = calledIn(fails + pending + RECORD + writes);
    expect(called.sort()).toEqual(["pending, a lot", "record"]);
  });

  test.each([
    [
      "nothing tells the function that makes them from the one that sends",
      PENDING + RECORD.replace("pending(", "send("),
    ],
    [
      "each of the two leads to the other",
      `OWN int record(void *, int, const char *, size_t *, size_t);\n${PENDING.replace("prepare(s) + sent", "record(s, type, b, &n, sent) + 1")}${RECORD}`,
    ],
  ])("nowhere where %s", (_, functions) => {
    expect(calledIn(functions + WRITES)).toEqual([]);
  });

  test.each([
    ["no lot is sent", bytesOf(`${PENDING_BEFORE} ${RECORDS}`)],
    ["no record that was made before", bytesOf(`${LOTS} ${RECORDS}`)],
    [
      "such a record is sent at two places",
      bytesOf(`${PENDING_BEFORE} prepare(s); ${PENDING_BEFORE} ${LOTS} ${RECORDS}`),
    ],
  ])("nowhere where %s", (_, writes) => {
    expect(calledIn(PENDING + RECORD + writes)).toEqual([]);
  });

  test("nowhere where they are made behind a jump, to which no call leads", () => {
    const tail = `int write_bytes(void *s, int type, const char *b, size_t *n) { ${PENDING_BEFORE} return record(s, type, b, n, 1); }`;
    expect(calledIn(PENDING + RECORD + tail)).toEqual([]);
  });

  test("nowhere in what has no such function", () => {
    const none = withFile(HOSTS_OPENSSL, (file) =>
      allWriteCopies(new ElfFile(file), { ...NO_METHOD, writeBytes: undefined }, BIO),
    );
    expect(none).toEqual([]);
  });
});
