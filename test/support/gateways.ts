import { copyFileSync, readFileSync } from "node:fs";
import { createServer as createClearServer, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import type { Cleanup } from "./cleanup.js";
import { startCaddy } from "./go-programs.js";
import { makeCertificate, startNginx } from "./https-servers.js";
import { until } from "./until.js";

/** A program that takes requests below `/up/` and asks its upstream for each, on connections that it keeps. */
export interface Gateway {
  readonly scheme: "http" | "https";
  readonly port: number;
  /** a copy of the test's own, so that no other program on the host is the same executable */
  readonly executable: string;
  readonly upstream: Upstream;
}

/** A server of the test's own process: `/up/213` is answered with status 213, below `/up/held/` once it is let go. */
export interface Upstream {
  readonly port: number;
  /** Waits for a held request, and gives what lets it go. */
  held(path: string): Promise<() => void>;
  closeConnections(): void;
}

async function startUpstream(cleanup: Cleanup, scheme: Gateway["scheme"]): Promise<Upstream> {
  const waiting = new Map<string, ServerResponse>();
  const answer = (response: ServerResponse, path: string) => {
    response.writeHead(Number(path.split("/").at(-1))).end("answered");
  };
  const listener: RequestListener = ({ url = "" }, response) => {
    if (url.startsWith("/up/held/")) waiting.set(url, response);
    else answer(response, url);
  };
  const { certificate, key } = makeCertificate(cleanup.folder());
  const server =
    scheme === "http"
      ? createClearServer(listener)
      : createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanup.add(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    held: async (path) => {
      const response = await until(path, () => waiting.get(path));
      return () => answer(response, path);
    },
    closeConnections: () => server.closeAllConnections(),
  };
}

/** nginx on both sides in clear, one worker. */
export async function startClearGateway(cleanup: Cleanup): Promise<Gateway> {
  const executable = join(cleanup.folder(), "nginx");
  copyFileSync("/usr/sbin/nginx", executable);
  const upstream = await startUpstream(cleanup, "http");
  const port = await freeLoopbackPort();
  await startNginx(cleanup, {
    executable,
    http: `upstream answers { server 127.0.0.1:${upstream.port}; keepalive 4; }`,
    server: `listen 127.0.0.1:${port};
    location /up/ { proxy_pass http://answers; proxy_http_version 1.1; proxy_set_header Connection ""; }`,
  });
  return { scheme: "http", port, executable, upstream };
}

/** Caddy, which is Go, with TLS on both sides. */
export async function startGoGateway(cleanup: Cleanup): Promise<Gateway> {
  const upstream = await startUpstream(cleanup, "https");
  const { port, executable } = await startCaddy(cleanup, upstream.port);
  return { scheme: "https", port, executable, upstream };
}
