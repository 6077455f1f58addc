import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import type { Cleanup } from "../../support/cleanup.js";
import { startNginx } from "../../support/https-servers.js";
import type { Placement } from "./cpu-placement.js";
import { benchSettings } from "./settings.js";
import type { Workload } from "./workloads.js";

/** About eight kilobytes, as a page of a REST API is. */
const ORDERS = JSON.stringify(
  Array.from({ length: 100 }, (_, at) => ({
    id: 4_711 + at * 7,
    state: at % 3 === 0 ? "open" : "shipped",
    customer: `c-${(at * 7_919) % 1_000}`,
    total: { eur: (at * 104_729) % 100_000 },
  })),
);

/** What a gateway passes requests on to: an nginx in clear that answers eight kilobytes of JSON, on the measured server's CPU. @returns its port */
export const startOrdersUpstream = async (cleanup: Cleanup, placement: Placement): Promise<number> => {
  const port = await freeLoopbackPort();
  const folder = cleanup.folder();
  writeFileSync(join(folder, "orders.json"), ORDERS);
  const upstream = await startNginx(cleanup, {
    server: `listen 127.0.0.1:${port}; location /v1/ { default_type application/json; root ${folder}; rewrite ^ /orders.json break; }`,
  });
  placement.pinServer(upstream.pid);
  return port;
};

/** That a server takes part in for one request, and is asked about: a gateway has another one in clear, with its upstream. */
export const exchangesPerRequest = (workload: Workload): number => {
  const { readsClearText, role } = benchSettings();
  return workload === "gateway" && readsClearText && role !== "server" ? 2 : 1;
};

/** What a gateway does, for people. */
export const gatewayWords = (server: string, extra: string): string =>
  `${server} passes each request on to an upstream on its own CPU, in clear over keep-alive, ${extra}, and keeps an access log`;
