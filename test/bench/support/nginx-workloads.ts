import { join } from "node:path";
import type { Cleanup } from "../../support/cleanup.js";
import type { NginxOptions } from "../../support/https-servers.js";
import type { Placement } from "./cpu-placement.js";
import { gatewayWords, startOrdersUpstream } from "./gateway-workload.js";
import { CONNECTIONS } from "./load-generator.js";
import type { Workload } from "./workloads.js";

/** What the traced nginx does with a request. */
export interface NginxWorkload {
  /** for people */
  readonly words: string;
  /** Starts what it needs beside the traced one, on the same CPU. */
  prepare(cleanup: Cleanup, placement: Placement): Promise<NginxOptions>;
}

export const NGINX_WORKLOADS: Readonly<Record<Workload, NginxWorkload>> = {
  alone: {
    words: "nginx answers 3 bytes by itself and keeps no log",
    prepare: async () => ({}),
  },
  gateway: {
    words: gatewayWords("nginx", "compresses its eight kilobytes of JSON"),
    async prepare(cleanup, placement) {
      const port = await startOrdersUpstream(cleanup, placement);
      return {
        http: `upstream orders { server 127.0.0.1:${port}; keepalive ${CONNECTIONS}; }`,
        server: `location /v1/ {
          access_log ${join(cleanup.folder(), "access.log")};
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
};
