import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import type { Cleanup } from "./cleanup.js";
import { type Program, startProgram } from "./program.js";
import { PYTHON } from "./python.js";
import { until } from "./until.js";

const PROGRAMS = fileURLToPath(new URL("../programs/", import.meta.url));

export interface Certificate {
  certificate: string;
  key: string;
}

/** Starts a server that takes a certificate, its key and more, behind its command, and prints its port. Stopped by `cleanup`. */
export const startPrintingServer = async (
  cleanup: Cleanup,
  [command, ...first]: readonly [string, ...string[]],
  ...more: string[]
): Promise<{ program: Program; port: number }> => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const program = startProgram(command, [...first, certificate, key, ...more]);
  cleanup.add(() => program.stop("SIGKILL"));
  return { program, port: Number(await program.line()) };
};

/** A self-signed certificate for localhost and 127.0.0.1, in `dir`. */
export const makeCertificate = (dir: string): Certificate => {
  const certificate = join(dir, "certificate.pem");
  const key = join(dir, "key.pem");
  execFileSync(
    "openssl",
    [
      ...[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
      ],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
      ...["-keyout", key, "-out", certificate],
    ],
    { stdio: "ignore" },
  );
  return { certificate, key };
};

export interface HttpsServer {
  readonly port: number;
  readonly pid: number;
  readonly program: Program;
}

export interface NginxOptions {
  /** nginx itself where absent */
  executable?: string;
  /** What runs it, of the folder that holds all it needs; nothing where absent. */
  within?: (dir: string) => readonly string[];
  workers?: number;
  /** Lines for the `server` block, beside the defaults. */
  server?: string;
  /** Lines for the `http` block. */
  http?: string;
}

/**
 * nginx with TLS on 127.0.0.1: `/` answers `ok`, `/bytes` a body of 1 MiB. Stopped by `cleanup`. `pid` is its master's.
 */
export const startNginx = async (cleanup: Cleanup, options: NginxOptions = {}): Promise<HttpsServer> => {
  const dir = cleanup.folder();
  const { certificate, key } = makeCertificate(dir);
  const port = await freeLoopbackPort();
  writeFileSync(join(dir, "bytes"), Buffer.alloc(1024 * 1024, "x"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${dir}/${kind};`,
  );
  const config = join(dir, "nginx.conf");
  writeFileSync(
    config,
    `worker_processes ${options.workers ?? 1};
daemon off;
pid ${dir}/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000;
  large_client_header_buffers 8 32k;
  ${temporary.join("\n  ")}
  ${options.http ?? ""}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    root ${dir};
    location / { return 200 "ok\\n"; }
    location = /bytes { default_type application/octet-stream; }
    ${options.server ?? ""}
  }
}
`,
  );
  const nginx = [options.executable ?? "nginx", "-e", "stderr", "-p", dir, "-c", config];
  const [command = "", ...args] = [...(options.within?.(dir) ?? []), ...nginx];
  const program = startProgram(command, args, {
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
  });
  cleanup.add(() => program.stop("SIGQUIT"));
  await answering(program, port);
  return { port, pid: program.pid, program };
};

/** Python's http.server over ssl: calls only the `_ex` functions of OpenSSL. Stopped by `cleanup`. */
export const startPythonServer = async (cleanup: Cleanup, python = PYTHON): Promise<HttpsServer> => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const program = startProgram(python, [join(PROGRAMS, "https-server.py"), certificate, key]);
  cleanup.add(() => program.stop());
  const port = Number(await program.line());
  return { port, pid: program.pid, program };
};

/** Waits for the port without speaking TLS, which would be traffic that is traced. */
export const answering = async (program: Program, port: number): Promise<void> => {
  const { connect } = await import("node:net");
  let ended = "";
  void program.ended.then((how) => {
    ended = how;
  });
  await until(`a server on port ${port}`, () => {
    if (ended !== "") return "ended";
    return new Promise<"listening">((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.end(() => resolve("listening")));
      socket.once("error", reject);
    });
  });
  if (ended !== "") throw new Error(`the server ended (${ended}): ${program.errors()}`);
};
