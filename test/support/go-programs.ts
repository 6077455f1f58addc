import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import type { Cleanup } from "./cleanup.js";
import { type HttpsServer, makeCertificate } from "./https-servers.js";
import { startProgram } from "./program.js";
import { until } from "./until.js";

const PROGRAMS = fileURLToPath(new URL("../programs", import.meta.url));
const BUILD_CACHE = fileURLToPath(new URL("../../node_modules/.cache/go-build", import.meta.url));

/**
 * Debian's Caddy under a name of the test's own, with TLS on 127.0.0.1, HTTP/1.1 if not told otherwise: answers `ok`, and asks `upstream`
 * over TLS for what is below `/up/`. Stopped by `cleanup`.
 */
export async function startCaddy(
  cleanup: Cleanup,
  upstream: number,
  protocols = "h1",
): Promise<HttpsServer & { executable: string }> {
  const folder = cleanup.folder();
  const { certificate, key } = makeCertificate(folder);
  const port = await freeLoopbackPort();
  const executable = join(folder, "caddy");
  copyFileSync("/usr/bin/caddy", executable);
  const config = join(folder, "Caddyfile");
  writeFileSync(
    config,
    `{
  admin off
  auto_https off
  storage file_system ${folder}
  servers {
    protocols ${protocols}
  }
}
https://127.0.0.1:${port} {
  bind 127.0.0.1
  tls ${certificate} ${key}
  handle /up/* {
    reverse_proxy https://127.0.0.1:${upstream} {
      transport http {
        tls_insecure_skip_verify
        versions 1.1
      }
    }
  }
  respond "ok"
}
`,
  );
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const program = startProgram(executable, ["run", "--config", config, "--adapter", "caddyfile"], { env });
  cleanup.add(() => program.stop());
  await listening(port);
  return { port, pid: program.pid, program, executable };
}

/** Without speaking TLS, which would be traffic that is traced. */
export async function listening(port: number): Promise<void> {
  await until(
    `a server on port ${port}`,
    () =>
      new Promise<boolean>((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => socket.end(() => resolve(true)));
        socket.once("error", reject);
      }),
  );
}

/** A program of test/programs, built by Debian's Go with these flags of `go build`. */
export function buildGoProgram(cleanup: Cleanup, flags: readonly string[], name = "go-tls"): string {
  const executable = join(cleanup.folder(), name);
  execFileSync("go", ["build", ...flags, "-o", executable, join(PROGRAMS, `${name}.go`)], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, GOCACHE: BUILD_CACHE, GO111MODULE: "off", GOFLAGS: "", HOME: tmpdir() },
  });
  return executable;
}
