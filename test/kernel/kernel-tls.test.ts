import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText } from "../support/clear-text.js";
import { makeCertificate, startNginx } from "../support/https-servers.js";
import { probesOn } from "../support/probes-on.js";
import { type Program, startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/**
 * TLS that OpenSSL leaves to the kernel (kTLS): system calls move plaintext then, and nginx has it send files. On a kernel that has none, OpenSSL
 * encrypts as ever, and what is to be seen is the same.
 */

const PROGRAM = fileURLToPath(new URL("../programs/kernel-tls.py", import.meta.url));
const STATISTICS = "/proc/net/tls_stat";
const BEFORE = ["/before"];
const PATHS = ["/one", "/two", "/three"];
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** Connections so far whose sending the kernel took over, on this host; undefined where it can not. */
const takenOver = (): number | undefined =>
  existsSync(STATISTICS)
    ? Number(/^TlsTxSw\s+(\d+)$/m.exec(readFileSync(STATISTICS, "utf8"))?.[1])
    : undefined;

const startClient = (): Program => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const client = startProgram(PYTHON, [PROGRAM, certificate, key]);
  cleanup.add(() => client.stop("SIGKILL"));
  return client;
};

const startServer = () =>
  startNginx(cleanup, {
    server: "ssl_conf_command Options KTLS; sendfile on; location ~ ^/ { rewrite .* /bytes break; }",
  });

const tell = async (client: Program, command: string): Promise<number[]> => {
  client.send(command);
  const said = await client.line((line) => line.startsWith(`${command} = `));
  return said.slice(`${command} = `.length).split(" ").map(Number);
};

const ask = async (client: Program, paths: string[]): Promise<number[]> => {
  const sizes: number[] = [];
  for (const path of paths) sizes.push(...(await tell(client, `ask ${path}`)));
  return sizes;
};

const cases = (["copy", "call"] as const).flatMap((seenAt) =>
  ["1.2", "1.3"].flatMap((version) => ["Python", "nginx"].map((server) => ({ seenAt, version, server }))),
);

test.each(cases)(
  "$version of a $server server, seen at each $seenAt: each exchange once at both ends, whole",
  async ({ seenAt, version, server }) => {
    const nginx = server === "nginx" ? await startServer() : undefined;
    const client = startClient();
    const before = takenOver();
    const old = startClient();
    const oldPorts = await tell(old, `open ${version} ${nginx?.port ?? ""}`);
    await ask(old, BEFORE);

    const responses = new Map<string, number>();
    const { seen, attachment } = captureClearText(cleanup, {
      seenAt,
      onMessageEnd: ({ response, connection, exchange, bytes }) => {
        if (response) responses.set(`${connection} ${exchange}`, bytes);
      },
    });
    for (const program of [client, old, ...(nginx ? [nginx.program] : [])])
      await probesOn(attachment, program);
    const ports = await tell(client, `open ${version} ${nginx?.port ?? ""}`);
    const sizes = await ask(client, PATHS);
    const oldSizes = await ask(old, PATHS);

    /** What was seen at one end, by its port: each request with its response's status and size. */
    const exchangesAt = (port = 0, peer = 0) => {
      const heads = seen.filter(({ ports: [local, remote] }) => local === port && remote === peer);
      const requests = heads.filter(({ what }) => what.startsWith("/"));
      return requests.map(({ what, connection, exchange }) => {
        const isOf = (head: (typeof heads)[number]) =>
          head.connection === connection && head.exchange === exchange && head.what !== what;
        return [what, heads.find(isOf)?.what, responses.get(`${connection} ${exchange}`)];
      });
    };
    const wanted = (of: number[]) => PATHS.map((path, at) => [path, "200", of[at]]);
    const ends = ([near, far]: number[]) => [exchangesAt(near, far), exchangesAt(far, near)];
    const both = () => [...ends(ports), ...ends(oldPorts)];
    await until("all that was asked for", () =>
      both().every((end) => end.filter(([, , size]) => size !== undefined).length >= PATHS.length),
    );
    expect(both()).toEqual([wanted(sizes), wanted(sizes), wanted(oldSizes), wanted(oldSizes)]);
    if (before !== undefined) expect(takenOver()).toBeGreaterThanOrEqual(before + 4);
  },
);
