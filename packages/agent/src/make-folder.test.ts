import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder } from "./make-folder.js";

test("makes what is missing, and leaves what is there", () => {
  const top = mkdtempSync(join(tmpdir(), "masthead-test-"));
  onTestFinished(() => rmSync(top, { recursive: true }));
  for (const _ of ["made", "there"]) makeFolder(join(top, "a", "b", "c"), 0o700);
  expect(statSync(join(top, "a", "b", "c")).mode & 0o777).toBe(0o700);
  writeFileSync(join(top, "file"), "");
  expect(() => makeFolder(join(top, "file", "below"), 0o700)).toThrow("ENOTDIR");
});

test("ends where a folder takes no other", () => {
  expect(() => makeFolder("/proc/masthead/home", 0o700)).toThrow("ENOENT");
});
