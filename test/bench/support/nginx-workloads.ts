import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import type { Cleanup } from "../../support/cleanup.js";
import { type NginxOptions, startNginx } from "../../support/https-servers.js";
import type { Placement } from "./cpu-placement.js";

/** What the traced nginx does with a request. */
export interface NginxWorkload {
  /** for people */
  readonly words: string;
  /** that nginx takes part in for one request: with its client, and in clear with its upstream */
  readonly exchangesPerRequest: number;
  /** Starts what it needs beside the traced one, on the same CPU. */
  prepare(cleanup: Cleanup, placement: Placement): Promise<NginxOptions>;
}

/** About eight kilobytes, as a page of a REST API is. */
const ORDERS = JSON.stringify(
  Array.from({ length: 100 }, (_, at) => ({
    id: 4_711 + at * 7,
    state: at % 3 === 0 ? "open" : "shipped",
    customer: `c-${(at * 7_919) % 1_000}`,
    total: { eur: (at * 104_729) % 100_000 },
  })),
);

/** The least that a server can do, where probes weigh most; and what the people do whose traffic is watched. */
export const NGINX_WORKLOADS = {
  alone: {
    words: "nginx answers 3 bytes by itself and keeps no log",
    exchangesPerRequest: 1,
    prepare: async () => ({}),
  },
  gateway: {
    words:
      "nginx passes each request on to an upstream on its own CPU, in clear over keep-alive, compresses its eight kilobytes of JSON, and keeps an access log",
    exchangesPerRequest: 2,
    async prepare(cleanup, placement) {
      const port = await freeLoopbackPort();
      const folder = cleanup.folder();
      writeFileSync(join(folder, "orders.json"), ORDERS);
      const upstream = await startNginx(cleanup, {
        server: `listen 127.0.0.1:${port}; location /v1/ { default_type application/json; root ${folder}; rewrite ^ /orders.json break; }`,
      });
      placement.pinServer(upstream.pid);
      return {
        http: `upstream orders { server 127.0.0.1:${port}; keepalive 32; }`,
        server: `location /v1/ {
          access_log ${join(folder, "access.log")};
          gzip on;
          gzip_types application/json;
          proxy_pass http://orders;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }`,
      };
    },
  },
} as const satisfies Record<string, NginxWorkload>;

export type NginxWorkloadName = keyof typeof NGINX_WORKLOADS;
