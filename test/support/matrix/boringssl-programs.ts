import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Cleanup } from "../cleanup.js";
import { programFile } from "./servers.js";

const machine = execFileSync("gcc", ["-print-multiarch"], { encoding: "utf8" }).trim();
const LIBRARIES = `/usr/lib/${machine}/android`;

/** Builds a program of test/programs with Debian's shared BoringSSL. @returns its path, in a folder of `cleanup` */
export const buildWithBoringSsl = (cleanup: Cleanup, name: string): string => {
  const binary = join(cleanup.folder(), name);
  execFileSync("gcc", [
    ...["-O2", "-Wall", "-Werror", "-I/usr/include/android", "-o", binary, programFile(`${name}.c`)],
    ...[`-L${LIBRARIES}`, `-Wl,-rpath,${LIBRARIES}`, "-lssl", "-lcrypto", "-lpthread"],
  ]);
  return binary;
};
