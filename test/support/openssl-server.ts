import { execFileSync } from "node:child_process";
import type { AgentOptions } from "node:https";
import { join, parse } from "node:path";
import type { Cleanup } from "./cleanup.js";
import { connectionTo } from "./go-exchanges.js";

const SHARED = ["-lssl", "-lcrypto"];
/** What it takes of OpenSSL is then inside the program, and nothing else. */
export const OPENSSL_INSIDE = ["-l:libssl.a", "-l:libcrypto.a"];

/** Builds a server of test/programs on this host's OpenSSL. @returns its path */
export const buildOpensslServer = (folder: string, source: string, openssl = SHARED): string => {
  const executable = join(folder, parse(source).name);
  execFileSync("gcc", ["-O2", "-o", executable, source, ...openssl]);
  return executable;
};

/** Asks for these paths on one connection. @returns the client's port */
export const askOnce = async (
  cleanup: Cleanup,
  port: number,
  paths: readonly string[],
  options: AgentOptions = {},
): Promise<number> => {
  const connection = connectionTo(port, true, options);
  cleanup.add(() => connection.end());
  const [end = ""] = await connection.get(paths.map((path) => ({ path, id: path })));
  connection.end();
  return Number(end.split(":").at(-1));
};
