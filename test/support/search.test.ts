import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { searchBytes, searchDeep, searchFolder } from "./byte-search.js";
import { Cleanup } from "./cleanup.js";
import { searchMemory } from "./memory-search.js";
import { startProgram } from "./program.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const NEEDLE = `canary-${"7f3a"}`;
const packed = gzipSync(`a batch with ${NEEDLE} in it, and more `.repeat(20));

describe("the byte search", () => {
  it("finds bytes as they are, and nothing where nothing is", () => {
    expect(searchBytes(Buffer.from(`..${NEEDLE}..`), [NEEDLE, "other"], "here")).toEqual([
      { needle: NEEDLE, place: "here", as: "raw" },
    ]);
    expect(searchDeep(Buffer.alloc(100_000, 0x1f), [NEEDLE], "here")).toEqual([]);
  });

  it("finds what is compressed between other bytes, and in a stream that is cut", () => {
    const between = Buffer.concat([Buffer.from("header"), packed, Buffer.from("trailer")]);
    expect(searchDeep(between, [NEEDLE], "here")).toMatchObject([{ as: "gzip at 6" }]);
    expect(searchDeep(packed.subarray(0, -8), [NEEDLE], "here")).toMatchObject([{ as: "gzip at 0" }]);
  });

  it("finds it in files of folders in folders", () => {
    const folder = cleanup.folder();
    const file = join(folder, "deeper/still/stored.gz");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, packed);
    expect(searchFolder(folder, [NEEDLE])).toEqual([{ needle: NEEDLE, place: file, as: "gzip at 0" }]);
  });

  it("finds it in the memory of a process, plain and compressed", async () => {
    const hold = `const z = require("node:zlib"); const kept = Buffer.from(process.argv[1] + process.argv[2]);
      const packed = z.gzipSync(Buffer.alloc(300, "x" + process.argv[2] + process.argv[1]));
      console.log("ready"); setInterval(() => [kept, packed], 1e6);`;
    const program = startProgram(process.execPath, ["-e", hold, "held-", "canary"]);
    cleanup.add(() => program.stop("SIGKILL"));
    await program.line();
    const { finds, bytesRead } = searchMemory(program.pid, [
      "held-canary",
      "xcanaryheld-",
      "absent-" + "canary",
    ]);
    expect(new Set(finds.map(({ needle }) => needle))).toEqual(new Set(["held-canary", "xcanaryheld-"]));
    expect(bytesRead).toBeGreaterThan(10_000_000);
  });
});
