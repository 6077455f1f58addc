import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { startNginx } from "../../support/https-servers.js";
import { firstChildOf } from "../../support/process-tree.js";
import { exchangesPerRequest } from "./gateway-workload.js";
import { NGINX_WORKLOADS } from "./nginx-workloads.js";
import type { StartServer } from "./traced-server.js";
import type { Workload } from "./workloads.js";

/** nginx with one worker, from a copy of its executable. */
export const nginxServer =
  (name: Workload, { clearText }: { clearText: boolean }): StartServer =>
  async (cleanup, placement) => {
    const workload = NGINX_WORKLOADS[name];
    const options = await workload.prepare(cleanup, placement);
    const clearPort = await freeLoopbackPort();
    const server = `${options.server ?? ""}${clearText ? `\nlisten 127.0.0.1:${clearPort};` : ""}`;
    const folder = cleanup.folder();
    const executable = join(folder, "nginx");
    copyFileSync("/usr/sbin/nginx", executable);
    const path = process.env["PATH"];
    process.env["PATH"] = `${folder}:${path}`;
    try {
      const { pid, port } = await startNginx(cleanup, { ...options, server });
      const workerPid = await firstChildOf(pid);
      placement.pinServer(pid);
      return {
        name: "nginx",
        words: `nginx ${clearText ? "in clear" : "with TLS"}, one worker: ${workload.words}`,
        origin: clearText ? `http://127.0.0.1:${clearPort}` : `https://127.0.0.1:${port}`,
        executable,
        workerPid,
        exchangesPerRequest: exchangesPerRequest(name),
        usualHits: clearText
          ? "what is read from system calls is no probe hit"
          : "nginx reads once, asks once more in vain, and writes once: 2 where reads are seen at copies, else 3; far more: other programs of this host were busy on the same libssl",
      };
    } finally {
      process.env["PATH"] = path;
    }
  };
