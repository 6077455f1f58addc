import { copyFileSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { isSince } from "@masthead/agent/capture/kernel-release";
import { openSession } from "@masthead/agent/capture/native-session";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const TYPED_OBJECT = BUILT_OBJECT.replace(".bpf.o", "-typed.bpf.o");

const loaded = (objectPath: string, withoutPrograms: string[] = []) => {
  const session = openSession({ objectPath, clearText: true, withoutPrograms });
  cleanup.add(() => session.close());
  return { ...session.info, programs: session.kernelIds().programs.length };
};

test("a kernel takes the build that is for it, whole", () => {
  const { objectPath, absent } = loaded(BUILT_OBJECT);
  expect(objectPath).toBe(isSince(release(), 6, 4) ? TYPED_OBJECT : BUILT_OBJECT);
  expect(absent).toEqual([]);
  expect(loaded(BUILT_OBJECT, ["arrival_note"]).objectPath).toBe(objectPath);
});

test("where it refuses that build it takes the one for all kernels", () => {
  const folder = cleanup.folder();
  const any = join(folder, "masthead.bpf.o");
  copyFileSync(BUILT_OBJECT, any);
  writeFileSync(join(folder, "masthead-typed.bpf.o"), "of a disk that was full");
  const { objectPath, absent, programs } = loaded(any);
  expect(objectPath).toBe(any);
  expect(absent).toEqual([]);
  expect(programs).toBe(loaded(BUILT_OBJECT).programs);
});
