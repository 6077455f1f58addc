import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { isSince } from "@masthead/agent/capture/kernel-release";
import { openSession } from "@masthead/agent/capture/native-session";
import { typedBuildOf } from "@masthead/agent/capture/object-builds";
import { examineHost } from "@masthead/agent/doctor/doctor-report";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const TYPED_OBJECT = typedBuildOf(BUILT_OBJECT);

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

const besideAny = (typed: Buffer): string => {
  const folder = cleanup.folder();
  const any = join(folder, "masthead.bpf.o");
  copyFileSync(BUILT_OBJECT, any);
  writeFileSync(typedBuildOf(any), typed);
  return any;
};

/** The same object, of which the kernel refuses what names this function. */
const withoutFunction = (name: string): Buffer => {
  const bytes = readFileSync(TYPED_OBJECT);
  const other = Buffer.from(name.replace(/.$/, "?"));
  for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name)) other.copy(bytes, at);
  return bytes;
};

test.each([
  ["is no object", () => Buffer.from("of a disk that was full")],
  ["names a function that it lacks", () => withoutFunction("bpf_rdonly_cast")],
])("where that build %s it takes the one for all kernels, and says so", (_, typed) => {
  const any = besideAny(typed());
  const { objectPath, absent, programs, refusedBuilds } = loaded(any);
  expect(objectPath).toBe(any);
  expect(absent).toEqual([]);
  expect(programs).toBe(loaded(BUILT_OBJECT).programs);
  const expected = isSince(release(), 6, 4) ? [typedBuildOf(any)] : [];
  expect(refusedBuilds.map((build) => build.objectPath)).toEqual(expected);
  const check = examineHost({ objectPath: any, homeDirectory: cleanup.folder() }).checks.find(
    ({ name }) => name === "programs",
  );
  expect(JSON.stringify(check).includes("masthead-typed.bpf.o was refused")).toBe(expected.length > 0);
});
