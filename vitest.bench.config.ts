import { defineConfig } from "vitest/config";

/** Benchmarks: one at a time, in one process, with their figures on standard output. */
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"], externalConditions: ["source"] } },
  test: {
    include: ["test/bench/**/*.bench.ts"],
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
    reporters: ["default"],
  },
});
