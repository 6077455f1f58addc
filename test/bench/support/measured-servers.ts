import { caddyIsLeftOut, caddyServer } from "./caddy-server.js";
import { nginxServer } from "./nginx-server.js";
import { nodeServer } from "./node-server.js";
import { benchSettings } from "./settings.js";
import type { StartServer } from "./traced-server.js";
import type { Workload } from "./workloads.js";

/** Servers that are measured, by name, those that cannot be measured on this host left out. */
const MEASURED_SERVERS: Readonly<Record<string, (workload: Workload) => StartServer>> = {
  "nginx in clear": (workload) => nginxServer(workload, { clearText: true }),
  "nginx with TLS": (workload) => nginxServer(workload, { clearText: false }),
  Node: nodeServer,
  ...(caddyIsLeftOut() === undefined && { Caddy: caddyServer }),
};

/** Each of them in each of the workloads that are asked for: its title, and what starts it. */
export const measuredServers = (): [title: string, StartServer][] =>
  Object.entries(MEASURED_SERVERS).flatMap(([name, of]) =>
    benchSettings().workloads.map((workload): [string, StartServer] => [
      `${name} under wrk, ${workload}`,
      of(workload),
    ]),
  );
