import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findExecutables, kernelDevice } from "./executable-search.js";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "masthead-executables-")));
  mkdirSync(join(root, "app/v1/bin"), { recursive: true });
  for (const name of ["app/v1/bin/server", "app/v1/bin/notes", "app/worker"]) {
    writeFileSync(join(root, name), "");
    chmodSync(join(root, name), name.endsWith("notes") ? 0o644 : 0o755);
  }
  symlinkSync(join(root, "app/worker"), join(root, "latest"));
});
afterEach(() => rmSync(root, { recursive: true }));

const paths = (glob: string): string[] =>
  findExecutables(join(root, glob))
    .map(({ path }) => path.slice(root.length + 1))
    .sort();

test("finds what a glob takes and may be executed, symbolic links followed", () => {
  expect(paths("app/worker")).toEqual(["app/worker"]);
  expect(paths("latest")).toEqual(["app/worker"]);
  expect(paths("app/*")).toEqual(["app/worker"]);
  expect(paths("app/**")).toEqual(["app/v1/bin/server", "app/worker"]);
  expect(paths("app/*/bin/s?rver")).toEqual(["app/v1/bin/server"]);
  expect(paths("nothing/**")).toEqual([]);
});

test("identifies a file as the kernel does", () => {
  const executable = realpathSync("/proc/self/exe");
  const mapped = readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .find((line) => line.endsWith(executable));
  const [, major, minor, inode] = / ([0-9a-f]+):([0-9a-f]+) (\d+) /.exec(mapped ?? "") ?? [];
  expect(findExecutables(executable)).toEqual([
    {
      path: executable,
      inode: Number(inode),
      device: (Number.parseInt(major ?? "", 16) << 20) | Number.parseInt(minor ?? "", 16),
    },
  ]);
  // 8:1 is 0x801 for stat and 0x800001 in the kernel
  expect(kernelDevice(0x801n)).toBe(0x800001);
  // minor 0x10ab lies in two parts
  expect(kernelDevice(0x10000abn)).toBe(0x10ab);
});
