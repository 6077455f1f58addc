import { join } from "node:path";
import { bundle } from "@masthead/infra/serverless/bundle";
import { type Program, startProgram } from "../program.js";
import type { DrainOrder } from "./drain-order.js";

/** Without it, two fifths of what a drain's process costs are the compiler's. */
const WITH_COMPILED = join(import.meta.dirname, "compiled-program.cjs");

/** Makes the program of one drain. @returns its file */
export const bundleDrain = async (folder: string): Promise<string> => {
  const file = join(folder, "drain.cjs");
  await bundle("lambda", file, join(import.meta.dirname, "drain-program.ts"), "cjs");
  return file;
};

/** Starts one drain in a process of its own. @param program what {@link bundleDrain} made */
export const startDrain = (program: string, order: DrainOrder): Program =>
  startProgram(process.execPath, ["--single-threaded-gc", WITH_COMPILED, program], {
    env: { PATH: process.env["PATH"], MASTHEAD_TEST_DRAIN: JSON.stringify(order) },
  });
