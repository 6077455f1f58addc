import { copyFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { caddyfile } from "../../support/caddyfile.js";
import type { Cleanup } from "../../support/cleanup.js";
import { makeCertificate } from "../../support/https-servers.js";
import { startProgram } from "../../support/program.js";
import { until } from "../../support/until.js";
import type { Placement } from "./cpu-placement.js";
import { exchangesPerRequest, gatewayWords, startOrdersUpstream } from "./gateway-workload.js";
import { CONNECTIONS } from "./load-generator.js";
import type { StartServer } from "./traced-server.js";
import type { Workload } from "./workloads.js";

/** Why Caddy cannot be measured here, in words; undefined where it can. */
export const caddyIsLeftOut = (): string | undefined =>
  process.arch === "x64" ? undefined : "Go programs are followed on x86-64 alone";

interface CaddyWorkload {
  /** for people */
  readonly words: string;
  /** of its Caddyfile */
  directives(cleanup: Cleanup, placement: Placement): Promise<string>;
}

const CADDY_WORKLOADS: Readonly<Record<Workload, CaddyWorkload>> = {
  alone: {
    words: "it answers 2 bytes by itself and keeps no log",
    directives: async () => 'respond "ok"',
  },
  gateway: {
    words: gatewayWords("it", "compresses its eight kilobytes of JSON"),
    directives: async (cleanup, placement) => `encode gzip
  log {
    output file ${join(cleanup.folder(), "access.log")} {
      roll_disabled
    }
  }
  reverse_proxy 127.0.0.1:${await startOrdersUpstream(cleanup, placement)} {
    transport http {
      keepalive_idle_conns_per_host ${CONNECTIONS}
    }
  }`,
  },
};

/** Caddy on one CPU's worth of Go, HTTP/1.1 alone, from a copy of its executable. */
export const caddyServer =
  (name: Workload): StartServer =>
  async (cleanup, placement) => {
    const workload = CADDY_WORKLOADS[name];
    const folder = cleanup.folder();
    const executable = join(folder, "caddy");
    copyFileSync("/usr/bin/caddy", executable);
    const { certificate, key } = makeCertificate(folder);
    const port = await freeLoopbackPort();
    const config = join(folder, "Caddyfile");
    writeFileSync(
      config,
      caddyfile(
        folder,
        `https://127.0.0.1:${port}`,
        `tls ${certificate} ${key}\n  ${await workload.directives(cleanup, placement)}`,
      ),
    );
    const program = startProgram(executable, ["run", "--config", config, "--adapter", "caddyfile"], {
      env: { PATH: process.env["PATH"], HOME: folder, GOMAXPROCS: "1" },
    });
    cleanup.add(() => program.stop());
    let end: string | undefined;
    void program.ended.then((how) => {
      end = how;
    });
    // Without speaking TLS, which would be traffic that is traced.
    await until(`Caddy on port ${port}`, () =>
      end === undefined
        ? new Promise<true>((resolve, reject) => {
            const socket = connect(port, "127.0.0.1", () => socket.end(() => resolve(true)));
            socket.once("error", reject);
          })
        : true,
    );
    if (end !== undefined) throw new Error(`Caddy ended (${end}): ${program.errors()}`);
    placement.pinServer(program.pid);
    return {
      name: "Caddy",
      words: `Caddy with TLS, GOMAXPROCS=1: ${workload.words}`,
      origin: `https://127.0.0.1:${port}`,
      executable,
      workerPid: program.pid,
      exchangesPerRequest: exchangesPerRequest(name),
      usualHits: "a read where its bytes are copied, a write where it is handed on",
    };
  };
