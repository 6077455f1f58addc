import type { Cleanup } from "../cleanup.js";
import { makeCertificate } from "../https-servers.js";
import { type Program, startProgram } from "../program.js";
import { PYTHON } from "../python.js";
import type { Link } from "./server-files.js";
import { programFile } from "./servers.js";

/** A raw server a link, which every client of the matrix talks to. */
export interface RawServers {
  readonly port: Record<Link, number>;
  readonly program: Record<Link, Program>;
}

/** Stopped by `cleanup`. */
export async function startRawServers(cleanup: Cleanup): Promise<RawServers> {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const start = (link: Link) => {
    const own = link === "tls" ? [certificate, key] : [];
    const program = startProgram(PYTHON, [programFile("raw-server.py"), ...own]);
    cleanup.add(() => program.stop());
    return program;
  };
  const program = { tls: start("tls"), clear: start("clear") };
  const port = { tls: Number(await program.tls.line()), clear: Number(await program.clear.line()) };
  return { program, port };
}
