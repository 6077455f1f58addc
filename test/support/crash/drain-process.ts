import { join } from "node:path";
import { bundle } from "@masthead/infra/serverless/bundle";
import { type Program, startProgram } from "../program.js";
import type { DrainOrder } from "./drain-order.js";

/** Makes the program of one drain. @returns its file */
export const bundleDrain = async (folder: string): Promise<string> => {
  const file = join(folder, "drain.mjs");
  await bundle("lambda", file, join(import.meta.dirname, "drain-program.ts"));
  return file;
};

/** Starts one drain in a process of its own. @param program what {@link bundleDrain} made */
export const startDrain = (program: string, order: DrainOrder): Program =>
  startProgram(process.execPath, [program], {
    env: { PATH: process.env["PATH"], MASTHEAD_TEST_DRAIN: JSON.stringify(order) },
  });
