import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** What a bundle is for. */
export type Platform = "worker" | "lambda";

/** The control plane's own entry for each. */
export const ENTRIES: Readonly<Record<Platform, string>> = {
  worker: fileURLToPath(new URL("../../src/serverless/worker.ts", import.meta.url)),
  lambda: fileURLToPath(new URL("../../src/serverless/lambda.ts", import.meta.url)),
};

/** CommonJS libraries call `require` for Node's built-ins, which an ES module does not have. */
const withRequire = (of: string): string =>
  `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(${of});`;
/** A Worker's modules have no address. */
const BANNERS: Readonly<Record<Platform, string>> = {
  worker: withRequire('"file:///"'),
  lambda: withRequire("import.meta.url"),
};

export interface Bundle {
  bytes: number;
  /** Modules that it takes from its runtime, by name, sorted: Node's built-ins, and those of Workers. */
  runtimeModules: string[];
  /** Source files that went into it, relative to the repository. */
  inputs: string[];
}

/** Makes one module of `entry` and all it needs but what its runtime brings. @param format of ES, or of what `require` loads @throws BuildFailure of esbuild */
export const bundle = async (
  platform: Platform,
  outfile: string,
  entry = ENTRIES[platform],
  format: "esm" | "cjs" = "esm",
): Promise<Bundle> => {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    absWorkingDir: fileURLToPath(new URL("../../../", import.meta.url)),
    bundle: true,
    format,
    platform: "node",
    target: "es2022",
    // `postgres` has a client of its own for Workers: over node:net it could not turn to TLS there.
    conditions: ["source", ...(platform === "worker" ? ["workerd", "worker"] : []), "import"],
    mainFields: ["module", "main"],
    banner: format === "esm" ? { js: BANNERS[platform] } : {},
    metafile: true,
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  const runtimeModules = new Set((output?.imports ?? []).map(({ path }) => path.replace(/^node:/, "")));
  return {
    bytes: output?.bytes ?? 0,
    runtimeModules: [...runtimeModules].sort(),
    inputs: Object.keys(metafile.inputs),
  };
};
