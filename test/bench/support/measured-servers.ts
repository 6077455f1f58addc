import { caddyIsLeftOut, caddyServer } from "./caddy-server.js";
import { nginxServer } from "./nginx-server.js";
import { nodeServer } from "./node-server.js";
import type { StartServer } from "./traced-server.js";
import type { Workload } from "./workloads.js";

/** Servers that are measured, by name, those that cannot be measured on this host left out. */
export const MEASURED_SERVERS: Readonly<Record<string, (workload: Workload) => StartServer>> = {
  "nginx in clear": (workload) => nginxServer(workload, { clearText: true }),
  "nginx with TLS": (workload) => nginxServer(workload, { clearText: false }),
  Node: nodeServer,
  ...(caddyIsLeftOut() === undefined && { Caddy: caddyServer }),
};
