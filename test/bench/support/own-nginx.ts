import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { Cleanup } from "../../support/cleanup.js";
import { type HttpsServer, startNginx } from "../../support/https-servers.js";
import type { Placement } from "./cpu-placement.js";
import type { NginxWorkload } from "./nginx-workloads.js";
import { childrenOf } from "./process-cost.js";

export interface OwnNginx extends HttpsServer {
  /** what a policy names to trace this one and no other nginx of the host */
  readonly executable: string;
  readonly workerPid: number;
}

/** nginx with one worker, from a copy of its executable, on the server's CPU. Stopped by `cleanup`. */
export const startOwnNginx = async (
  cleanup: Cleanup,
  workload: NginxWorkload,
  placement: Placement,
): Promise<OwnNginx> => {
  const options = await workload.prepare(cleanup, placement);
  const folder = cleanup.folder();
  const executable = join(folder, "nginx");
  copyFileSync("/usr/sbin/nginx", executable);
  const path = process.env["PATH"];
  process.env["PATH"] = `${folder}:${path}`;
  try {
    const server = await startNginx(cleanup, options);
    placement.pinServer(server.pid);
    const [workerPid = 0] = childrenOf(server.pid);
    return { ...server, executable, workerPid };
  } finally {
    process.env["PATH"] = path;
  }
};
