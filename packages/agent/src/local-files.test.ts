import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fingerprintKeyIn } from "./local-files.js";

const folder = mkdtempSync(join(tmpdir(), "masthead-local-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a fingerprint key is made once, for its owner alone, and never where somebody named the file", async () => {
  const path = join(folder, "home", "fingerprint.key");
  await expect(fingerprintKeyIn(path, false)).rejects.toThrow(
    `the fingerprint key ${path} cannot be used: ENOENT`,
  );
  const { key, made } = await fingerprintKeyIn(path, true);
  expect(made).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, "utf8")).toMatch(/^[0-9a-f]{32}\n$/);
  expect(await fingerprintKeyIn(path, true)).toMatchObject({ key: { id: key.id }, made: false });
  expect(await fingerprintKeyIn(path, false)).toMatchObject({ key: { id: key.id }, made: false });
});
