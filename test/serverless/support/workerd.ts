import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { build } from "esbuild";
import type { Cleanup } from "../../support/cleanup.js";
import { startProgram } from "../../support/program.js";
import { until } from "../../support/until.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** Late enough for node:perf_hooks, which `postgres` imports. */
const COMPATIBILITY_DATE = "2026-08-01";

/** Bundles a worker as a deployment would: one ES module, Node's built-ins left to `nodejs_compat`. */
export const bundleWorker = async (entry: string, outfile: string): Promise<{ bytes: number }> => {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    absWorkingDir: ROOT,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    conditions: ["source", "worker", "import"],
    mainFields: ["module", "main"],
    // CommonJS libraries call require for built-ins, which a module worker does not have.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire("file:///");',
    },
    metafile: true,
    logLevel: "silent",
  });
  return { bytes: Object.values(metafile.outputs)[0]?.bytes ?? 0 };
};

export interface Workerd {
  /** Where the worker's `fetch` answers. */
  url: string;
  /** Runs the worker's `scheduled` once. @throws Error when it fails */
  runScheduled(): Promise<void>;
  errors(): string;
}

/** A second worker beside the one under test, since workerd itself has no clock that calls `scheduled`. */
const CLOCK = `export default {
  async fetch(request, env) {
    const { outcome } = await env.TARGET.scheduled({ scheduledTime: new Date(), cron: "* * * * *" });
    return new Response(outcome, { status: outcome === "ok" ? 200 : 500 });
  },
};`;

const quoted = (text: string): string => JSON.stringify(text);

/** Runs a bundled worker in real workerd on 127.0.0.1, with text bindings. Stopped by `cleanup`. */
export const startWorkerd = async (
  cleanup: Cleanup,
  folder: string,
  bundle: string,
  bindings: Record<string, string>,
): Promise<Workerd> => {
  const [port, clockPort] = [await freeLoopbackPort(), await freeLoopbackPort()];
  writeFileSync(join(folder, "clock.js"), CLOCK);
  const texts = Object.entries(bindings).map(
    ([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)})`,
  );
  const config = join(folder, "config.capnp");
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "internet", network = (allow = ["public", "private", "local"])),
    (name = "main", worker = .main),
    (name = "clock", worker = .clock),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:${port}", http = (), service = "main"),
    (name = "clock", address = "127.0.0.1:${clockPort}", http = (), service = "clock"),
  ],
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed ${quoted(bundle)})],
  compatibilityDate = ${quoted(COMPATIBILITY_DATE)},
  compatibilityFlags = ["nodejs_compat"],
  bindings = [${texts.join(", ")}],
);
const clock :Workerd.Worker = (
  modules = [(name = "clock.js", esModule = embed "clock.js")],
  compatibilityDate = ${quoted(COMPATIBILITY_DATE)},
  compatibilityFlags = ["service_binding_extra_handlers"],
  bindings = [(name = "TARGET", service = "main")],
);
`,
    { mode: 0o600 },
  );
  const binary = createRequire(import.meta.url)("workerd").default as string;
  const program = startProgram(binary, ["serve", "--experimental", config]);
  cleanup.add(() => program.stop());
  let ended = "";
  void program.ended.then((how) => {
    ended = how;
  });
  const clock = `http://127.0.0.1:${clockPort}`;
  await until("workerd", async () => {
    if (ended !== "") return true;
    await fetch(`http://127.0.0.1:${port}/healthz`).then((response) => response.text());
    return true;
  });
  if (ended !== "") throw new Error(`workerd ended (${ended}): ${program.errors()}`);
  return {
    url: `http://127.0.0.1:${port}`,
    errors: program.errors,
    async runScheduled() {
      const response = await fetch(clock);
      const outcome = await response.text();
      if (!response.ok) throw new Error(`scheduled: ${outcome}: ${program.errors()}`);
    },
  };
};
