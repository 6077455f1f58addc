import { randomInt } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";

/** Listens and closes again. Resolves to the port, or `undefined` when it is taken. */
const tryPort = (port: number, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : undefined));
    });
  });

/** Whether nothing listens on the port. @throws Error when the address cannot be bound at all. */
export const isPortFree = async (port: number, host: string): Promise<boolean> =>
  (await tryPort(port, host)) !== undefined;

const LOWEST_PORT = 10_000;
const TRIES = 50;

/** First of the ports that the kernel gives to connections and to who asks for any (ip(7), ip_local_port_range). */
export const firstEphemeralPort = (): number => {
  try {
    return Number.parseInt(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8"), 10);
  } catch {
    return 32_768;
  }
};

/**
 * A TCP port on 127.0.0.1 that was free a moment ago: one that the kernel gives to nobody, or else any connection might take it before
 * the server does. A server that finds it taken after all asks again.
 */
export const freeLoopbackPort = async (): Promise<number> => {
  const room = firstEphemeralPort() - LOWEST_PORT;
  for (let tries = 0; room > 0 && tries < TRIES; tries += 1) {
    const port = await tryPort(LOWEST_PORT + randomInt(room), "127.0.0.1");
    if (port !== undefined) return port;
  }
  const port = await tryPort(0, "127.0.0.1");
  if (port === undefined) throw new Error("no free TCP port on 127.0.0.1");
  return port;
};

/** The port noted in `file` where it is still free, so that clients of a restarted server find it; else a free one. */
export const stablePort = async (file: string): Promise<number> => {
  const noted = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  const usable =
    Number.isInteger(noted) && noted > 0 && noted < 65_536 && (await isPortFree(noted, "127.0.0.1"));
  const port = usable ? noted : await freeLoopbackPort();
  writeFileSync(file, String(port));
  return port;
};
