import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cleanup } from "../../support/cleanup.js";
import { makeCertificate } from "../../support/https-servers.js";
import { startProgram } from "../../support/program.js";
import type { Placement } from "./cpu-placement.js";
import { exchangesPerRequest, gatewayWords, startOrdersUpstream } from "./gateway-workload.js";
import type { StartServer } from "./traced-server.js";
import type { Workload } from "./workloads.js";

const programPath = (name: string) => fileURLToPath(new URL(`../../programs/${name}`, import.meta.url));

interface NodeWorkload {
  /** for people */
  readonly words: string;
  /** in test/programs */
  readonly program: string;
  /** What the program is told beside its certificate and key. */
  arguments(cleanup: Cleanup, placement: Placement): Promise<string[]>;
}

const NODE_WORKLOADS: Readonly<Record<Workload, NodeWorkload>> = {
  alone: {
    words: "it answers 3 bytes by itself and keeps no log",
    program: "https-server.mjs",
    arguments: async () => [],
  },
  gateway: {
    words: gatewayWords("it", "eight kilobytes of JSON come back"),
    program: "https-gateway.mjs",
    arguments: async (cleanup, placement) => [
      String(await startOrdersUpstream(cleanup, placement)),
      join(cleanup.folder(), "access.log"),
    ],
  },
};

/** The Node that runs this, from a copy of its executable: neither the agent nor this bench is the same program then. */
export const nodeServer =
  (name: Workload): StartServer =>
  async (cleanup, placement) => {
    const workload = NODE_WORKLOADS[name];
    const folder = cleanup.folder();
    const executable = join(folder, "node");
    copyFileSync(process.execPath, executable);
    const { certificate, key } = makeCertificate(folder);
    const more = await workload.arguments(cleanup, placement);
    const program = startProgram(executable, [programPath(workload.program), certificate, key, ...more]);
    cleanup.add(() => program.stop());
    const port = Number(await program.line());
    placement.pinServer(program.pid);
    return {
      name: "Node",
      words: `Node ${process.versions.node} with TLS (node:https), one process: ${workload.words}`,
      origin: `https://127.0.0.1:${port}`,
      executable,
      workerPid: program.pid,
      exchangesPerRequest: exchangesPerRequest(name),
      usualHits: "Node reads until there is nothing more, and writes once",
    };
  };
