import { defineConfig } from "vitest/config";

/** Workspace packages resolve to their TypeScript sources, so that tests need no build. */
const resolve = { conditions: ["source"] };
const ssr = { resolve: { conditions: ["source"], externalConditions: ["source"] } };

/** Tests that ask for a quiet host: what runs beside them would be captured, too, or counted. */
const ALONE = ["test/e2e/program-matrix.test.ts", "test/e2e/soak.test.ts"];

/** Tests that kill a job at each of its statements. */
const CRASH = ["crash-matrix", "report-crashes", "usage-upkeep"].map(
  (name) => `test/postgres/${name}.test.ts`,
);

const project = (name: string, include: string[], extra: object = {}) => ({
  resolve,
  ssr,
  test: { name, include, ...extra },
});

/** How often the usual time is waited, for emulated machines (infra/kernel-check.sh). */
const patience = Number(process.env.MASTHEAD_TEST_PATIENCE ?? 1);
const real = { testTimeout: 120_000 * patience, hookTimeout: 180_000 * patience, fileParallelism: false };
const withPostgres = { ...real, globalSetup: "test/support/prepared-postgres.ts" };
/** Files share processes: to read the product anew for each of them took a fifth of their time and more. None keeps or changes anything that another sees. */
const together = { isolate: false };

export default defineConfig({
  test: {
    projects: [
      project("unit", ["packages/*/src/**/*.test.ts", "infra/**/*.test.ts"], {
        testTimeout: 60_000,
        ...together,
      }),
      project("architecture", ["test/architecture/**/*.test.ts"], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      project("infra", ["test/infra/**/*.test.ts", "test/support/**/*.test.ts"], real),
      project("postgres", ["test/postgres/**/*.test.ts"], { ...withPostgres, ...together, exclude: CRASH }),
      project("crash", CRASH, { ...withPostgres, ...together }),
      project("browser", ["test/browser/**/*.test.ts"], real),
      project("kernel", ["test/kernel/**/*.test.ts"], { ...real, ...together }),
      project("serverless", ["test/serverless/**/*.test.ts"], { ...withPostgres, ...together }),
      project("e2e", ["test/e2e/**/*.test.ts"], { ...withPostgres, exclude: ALONE }),
      project("alone", ALONE, real),
    ],
  },
});
