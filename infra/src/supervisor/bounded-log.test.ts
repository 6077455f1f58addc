import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { boundedLog } from "./bounded-log.js";

it("keeps the newest lines within its bound", () => {
  const dir = mkdtempSync(join(tmpdir(), "masthead-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const log = boundedLog(join(dir, "a.log"), 100);
  for (let i = 0; i < 1000; i++) log(`line ${i}`);
  expect(readdirSync(dir).sort()).toEqual(["a.log", "a.log.1"]);
  expect(readFileSync(join(dir, "a.log"), "utf8").trimEnd().split("\n").at(-1)).toBe("line 999");
  for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).size).toBeLessThanOrEqual(100);
});

it("leaves out what cannot be written, and says so once it can", () => {
  const dir = mkdtempSync(join(tmpdir(), "masthead-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "a.log");
  symlinkSync("/dev/full", file);
  const log = boundedLog(file);
  log("one");
  log("two");
  rmSync(file);
  log("three");
  log("four");
  expect(readFileSync(file, "utf8")).toBe("\n2 lines could not be written here: ENOSPC\nthree\nfour\n");
});
