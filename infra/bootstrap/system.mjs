import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { Stopped } from "./stopped.mjs";

const NODE_MINIMUM = [20, 19];
const DEBIAN = new Set(["12", "13"]);

const osRelease = () => {
  try {
    const pairs = readFileSync("/etc/os-release", "utf8").matchAll(/^([A-Z_]+)="?([^"\n]*)"?$/gm);
    return Object.fromEntries([...pairs].map(([, key, value]) => [key, value]));
  } catch {
    return {};
  }
};

/** @throws Stopped with one sentence that says what to do, on a system that Masthead does not set itself up on. */
export function checkSystem() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor < NODE_MINIMUM[1])) {
    throw new Stopped(
      `Masthead needs Node ${NODE_MINIMUM.join(".")} or later, and this is ${process.version}: install a newer Node and run this again.`,
    );
  }
  const { ID: id, VERSION_ID: version, PRETTY_NAME: name } = osRelease();
  if (process.platform !== "linux" || id !== "debian" || !DEBIAN.has(version)) {
    throw new Stopped(
      `Masthead sets itself up on Debian 12 and 13, and this is ${name ?? process.platform}: run it on such a host, a virtual machine will do.`,
    );
  }
  if (!["x64", "arm64"].includes(process.arch)) {
    throw new Stopped(
      `Masthead runs on x86-64 and arm64, and this is ${process.arch}: run it on such a host.`,
    );
  }
}

/** @throws Stopped when the text is no port number */
export function portFrom(text) {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Stopped("MASTHEAD_PORT is not a port: set it to a number from 1 to 65535.");
}

/** @throws Stopped when something listens on the port, or the address is not one of this host. */
export async function checkPort(host, port) {
  const problem = await new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(error.code));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  if (problem === "EADDRINUSE") {
    throw new Stopped(
      `Port ${port} on ${host} is taken: stop what uses it, or set MASTHEAD_PORT to a free port.`,
    );
  }
  if (problem === "EACCES") {
    throw new Stopped(
      `Port ${port} needs more rights than this account has: set MASTHEAD_PORT to one above 1023.`,
    );
  }
  if (problem)
    throw new Stopped(`Cannot listen on ${host} (${problem}): set MASTHEAD_HOST to an address of this host.`);
}
