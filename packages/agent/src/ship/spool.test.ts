import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SET_ASIDE_MAX_FILES, Spool } from "./spool.js";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "masthead-spool-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test("unreadable files are kept for a look, the newest, and no longer count", async () => {
  const { spool } = await Spool.open(dir, 1_000_000);
  const more = 3;
  for (let seq = 1; seq <= SET_ASIDE_MAX_FILES + more; seq += 1) {
    await spool.setAside(await spool.write(9, seq, 1, Buffer.from("x")));
  }
  expect(spool.bytes).toBe(0);
  const kept = await readdir(join(dir, "corrupt"));
  expect(kept.length).toBe(SET_ASIDE_MAX_FILES);
  expect(kept).not.toContain(`9.${more}.1.json.gz`);
  expect(kept).toContain(`9.${more + 1}.1.json.gz`);
});
