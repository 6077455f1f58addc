import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import type { Cleanup } from "../../support/cleanup.js";
import { startProgram } from "../../support/program.js";
import { until } from "../../support/until.js";

/** What the Worker is deployed with. */
const WRANGLER = fileURLToPath(new URL("../../../infra/workers/wrangler.json", import.meta.url));
const deployed = JSON.parse(readFileSync(WRANGLER, "utf8")) as {
  compatibility_date: string;
  compatibility_flags: string[];
};

export interface Workerd {
  /** Where the worker's `fetch` answers. */
  url: string;
  /** Runs the worker's `scheduled` once. @throws Error when it fails */
  runScheduled(): Promise<void>;
  /** What it has written so far: the worker's log, and complaints of workerd itself. */
  written(): string;
  /** What workerd itself had to say, which is nothing where all is well. */
  complaints(): string[];
  /** What the last run of the drain said that it did. */
  lastDrain(): Record<string, unknown>;
}

/** A second worker beside the one under test, since workerd itself has no clock that calls `scheduled`. */
const CLOCK = `export default {
  async fetch(request, env) {
    const { outcome } = await env.TARGET.scheduled({ scheduledTime: new Date(), cron: "* * * * *" });
    return new Response(outcome, { status: outcome === "ok" ? 200 : 500 });
  },
};`;

const quoted = (text: string): string => JSON.stringify(text);
const DATE = `compatibilityDate = ${quoted(deployed.compatibility_date)}`;
const FLAGS = `compatibilityFlags = [${deployed.compatibility_flags.map(quoted).join(", ")}]`;

/**
 * Runs `worker.js` of a folder in real workerd on 127.0.0.1, with text bindings. Stopped by `cleanup`.
 * @param trusted PEM of the one authority whose certificates it takes; absent: none
 */
export const startWorkerd = async (
  cleanup: Cleanup,
  folder: string,
  bindings: Record<string, string>,
  trusted?: string,
): Promise<Workerd> => {
  const [port, clockPort] = [await freeLoopbackPort(), await freeLoopbackPort()];
  writeFileSync(join(folder, "clock.js"), CLOCK);
  const texts = Object.entries(bindings).map(
    ([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)})`,
  );
  const tls = trusted === undefined ? "" : `, tlsOptions = (trustedCertificates = [${quoted(trusted)}])`;
  const config = join(folder, "config.capnp");
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "internet", network = (allow = ["public", "private", "local"]${tls})),
    (name = "main", worker = .main),
    (name = "clock", worker = .clock),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:${port}", http = (), service = "main"),
    (name = "clock", address = "127.0.0.1:${clockPort}", http = (), service = "clock"),
  ],
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  ${DATE},
  ${FLAGS},
  bindings = [${texts.join(", ")}],
);
const clock :Workerd.Worker = (
  modules = [(name = "clock.js", esModule = embed "clock.js")],
  ${DATE},
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
  const written = () => [...program.lines, program.errors()].join("\n");
  return {
    url: `http://127.0.0.1:${port}`,
    lastDrain: () => JSON.parse(program.lines.findLast((line) => line.includes('"drained"')) ?? "{}"),
    written,
    complaints: () =>
      program
        .errors()
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("{")),
    async runScheduled() {
      const response = await fetch(clock);
      const outcome = await response.text();
      if (!response.ok) throw new Error(`scheduled: ${outcome}: ${written()}`);
    },
  };
};
