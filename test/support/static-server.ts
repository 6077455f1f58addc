import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Cleanup } from "./cleanup.js";
import { type HttpsServer, makeCertificate } from "./https-servers.js";
import { startProgram } from "./program.js";
import { RECYCLED_SERVER_SOURCE } from "./recycled-server.js";

/** A TLS server with OpenSSL inside: as it was linked, and the same build without symbols. */
export interface StaticServer {
  readonly withSymbols: string;
  readonly stripped: string;
}

/** What the archive of libcrypto needs beside itself, which differs: Debian 13's compresses, Debian 12's does not. */
const neededByLibcrypto = (): string[] => {
  const archive = execFileSync("gcc", ["-print-file-name=libcrypto.a"], { encoding: "utf8" }).trim();
  const description = readFileSync(join(dirname(archive), "pkgconfig/libcrypto.pc"), "utf8");
  const [, words = ""] = /^Libs\.private: *(.*)$/m.exec(description) ?? [];
  return words.split(/\s+/).filter((word) => word !== "");
};

/** @param options of the compiler, beside those that are needed */
export const buildStaticServer = (cleanup: Cleanup, options: readonly string[] = []): StaticServer => {
  const folder = cleanup.folder();
  const [withSymbols, stripped] = [join(folder, "static-server"), join(folder, "stripped-server")];
  const libraries = ["-Wl,-Bstatic", "-lssl", "-lcrypto", "-Wl,-Bdynamic", ...neededByLibcrypto()];
  const flags = ["-O2", "-Wl,--build-id", ...options];
  execFileSync("gcc", [...flags, "-o", withSymbols, RECYCLED_SERVER_SOURCE, ...libraries]);
  copyFileSync(withSymbols, stripped);
  execFileSync("strip", [stripped]);
  return { withSymbols, stripped };
};

/** Runs one of them, or a copy. Stopped by `cleanup`. */
export const startStaticServer = async (cleanup: Cleanup, binary: string): Promise<HttpsServer> => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const program = startProgram(binary, [certificate, key]);
  cleanup.add(() => program.stop());
  return { port: Number(await program.line()), pid: program.pid, program };
};
