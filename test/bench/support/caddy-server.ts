import { copyFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { caddyfile } from "../../support/caddyfile.js";
import { makeCertificate } from "../../support/https-servers.js";
import { startProgram } from "../../support/program.js";
import { until } from "../../support/until.js";
import type { StartServer } from "./traced-server.js";

/** Why Caddy cannot be measured here, in words; undefined where it can. */
export const caddyIsLeftOut = (): string | undefined =>
  process.arch === "x64" ? undefined : "Go programs are followed on x86-64 alone";

/** Caddy on one CPU's worth of Go, HTTP/1.1 alone, from a copy of its executable. */
export const caddyServer: StartServer = async (cleanup, placement) => {
  const folder = cleanup.folder();
  const executable = join(folder, "caddy");
  copyFileSync("/usr/bin/caddy", executable);
  const { certificate, key } = makeCertificate(folder);
  const port = await freeLoopbackPort();
  const config = join(folder, "Caddyfile");
  writeFileSync(
    config,
    caddyfile(folder, `https://127.0.0.1:${port}`, `tls ${certificate} ${key}\n  respond "ok"`),
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
    words: "Caddy with TLS, GOMAXPROCS=1: it answers 2 bytes by itself and keeps no log",
    origin: `https://127.0.0.1:${port}`,
    executable,
    workerPid: program.pid,
    exchangesPerRequest: 1,
    usualHits: "a read where its bytes are copied, a write where it is handed on",
  };
};
