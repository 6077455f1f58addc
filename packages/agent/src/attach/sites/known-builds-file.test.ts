import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { knownBuildsOfAgent, knownBuildsText, readKnownBuilds } from "./known-builds-file.js";

const folder = mkdtempSync(join(tmpdir(), "masthead-known-builds-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CODE = "55".repeat(16);
const ID = "0123456789abcdef";
const READ = { name: "SSL_read", address: "0x1a2b", size: 200, code: CODE };
const WRITE = { name: "SSL_write", address: "0x2a2b", size: 5, code: "5589e5c3cc" };
const build = (functions: unknown[], more: object = {}) => ({ runtime: "boringssl", functions, ...more });

const reading = (text: string) => {
  const path = join(folder, "builds.json");
  writeFileSync(path, text);
  return () => readKnownBuilds(path);
};

test("what comes with the agent is a file as `known-build` prints it", () => {
  const [file, ...others] = readdirSync(new URL("../../../known-builds", import.meta.url));
  expect(others).toEqual([]);
  const text = readFileSync(new URL(`../../../known-builds/${file}`, import.meta.url), "utf8");
  expect(knownBuildsText(knownBuildsOfAgent())).toBe(text);
  const titles = [...knownBuildsOfAgent().values()].map(({ title }) => title);
  expect(titles).toContain("Bun 1.4.5, x86-64");
  expect(new Set(titles).size).toBe(titles.length);
});

test("a host's file adds builds, and goes before what comes with the agent", () => {
  const [taken = ""] = knownBuildsOfAgent().keys();
  const mine = build([READ, WRITE], { title: "mine" });
  const read = reading(JSON.stringify({ [ID]: mine, [taken]: mine }))();
  expect(read.size).toBe(knownBuildsOfAgent().size + 1);
  expect(read.get(ID)).toEqual({
    ...mine,
    functions: [
      { ...READ, address: 0x1a2b },
      { ...WRITE, address: 0x2a2b },
    ],
  });
  expect(read.get(taken)?.title).toBe("mine");
  expect(knownBuildsOfAgent().get(taken)?.title).not.toBe("mine");
  expect(reading(knownBuildsText(read))()).toEqual(read);
});

test.each<[string, string | object, RegExp]>([
  ["no JSON", "{", /JSON/],
  ["a list", [], /record/],
  ["an id that is no hexadecimal", { xyz: build([READ, WRITE]) }, /Invalid key in record\s+→ at xyz/],
  ["another runtime", { [ID]: build([READ, WRITE], { runtime: "gnutls" }) }, /runtime/],
  ["an unknown field", { [ID]: build([READ, WRITE], { symbols: 1 }) }, /symbols/],
  ["no SSL_write", { [ID]: build([READ]) }, /SSL_read and SSL_write are needed/],
  ["one function twice", { [ID]: build([READ, WRITE, READ]) }, /a function is named twice/],
  ["an unknown function", { [ID]: build([READ, WRITE, { ...READ, name: "main" }]) }, /name/],
  ["a number for an address", { [ID]: build([{ ...READ, address: 6699 }, WRITE]) }, /address/],
  ["a decimal address", { [ID]: build([{ ...READ, address: "6699" }, WRITE]) }, /an address is hexadecimal/],
  ["half a byte of code", { [ID]: build([{ ...READ, code: `${CODE}5` }, WRITE]) }, /code is 1 to 64 bytes/],
  ["too little code", { [ID]: build([{ ...READ, code: "5589" }, WRITE]) }, /code is 16 bytes at least/],
  ["a function without size", { [ID]: build([{ ...READ, size: 0 }, WRITE]) }, /size/],
])("refuses a file with %s, and names it", (_, content, words) => {
  const read = reading(typeof content === "string" ? content : JSON.stringify(content));
  expect(read).toThrow(`the file of known builds ${join(folder, "builds.json")} cannot be used: `);
  expect(read).toThrow(words);
});

test("refuses a file that is not there", () => {
  expect(() => readKnownBuilds(join(folder, "none.json"))).toThrow(/none\.json cannot be used: ENOENT/);
});
