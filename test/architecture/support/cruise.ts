import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { ROOT } from "./source-files.js";

const answerSchema = z.object({
  modules: z.array(
    z.object({ source: z.string(), dependencies: z.array(z.object({ resolved: z.string() })) }),
  ),
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
    totalDependenciesCruised: z.number(),
  }),
});
export type Cruise = z.infer<typeof answerSchema>;

const run = promisify(execFile);

/** What dependency-cruiser, as `npm test` runs it, says about the folders `below` of the tree at `root`. */
export const cruise = async (root: string, below: string[]): Promise<Cruise> => {
  const program = join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const args = [
    program,
    ...below,
    "--config",
    join(ROOT, ".dependency-cruiser.cjs"),
    "--output-type",
    "json",
  ];
  const { stdout } = await run(process.execPath, args, { cwd: root, maxBuffer: 256 * 1024 ** 2 }).catch(
    (error: { stdout?: string; stderr?: string }) => {
      // A violation is an exit code other than 0, with the answer all the same.
      if (error.stdout?.startsWith("{")) return { stdout: error.stdout };
      throw new Error(`dependency-cruiser failed: ${error.stderr}`);
    },
  );
  return answerSchema.parse(JSON.parse(stdout));
};
