import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildsOf } from "./object-builds.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const make = (name: string): string => {
  const path = join(folder, name);
  writeFileSync(path, "");
  return path;
};

it("offers the build that reads by plain loads first, from Linux 6.4 on", () => {
  const any = make("masthead.bpf.o");
  const typed = make("masthead-typed.bpf.o");
  expect(buildsOf(any, "6.4.0")).toEqual([typed, any]);
  expect(buildsOf(any, "6.18.1-arch1-1")).toEqual([typed, any]);
  expect(buildsOf(any, "6.3.13")).toEqual([any]);
  expect(buildsOf(any, "6.1.0-40-amd64")).toEqual([any]);
});

it("takes what is there, and what is named", () => {
  const any = make("mine.bpf.o");
  const other = make("other.o");
  expect(buildsOf(any, "6.18.0")).toEqual([any]);
  expect(buildsOf(other, "6.18.0")).toEqual([other]);
  const typed = make("masthead-typed.bpf.o");
  expect(buildsOf(typed, "6.18.0")).toEqual([typed]);
});
