import { fileURLToPath } from "node:url";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import type { Cleanup } from "../cleanup.js";
import { answering } from "../https-servers.js";
import { treeOf } from "../process-tree.js";
import { startProgram } from "../program.js";
import { type Link, makeServerFiles, type ServerFiles } from "./server-files.js";

export interface RunningServer {
  port: number;
  /** its processes, now */
  pids(): number[];
}

/** @param upstream the port that it passes every request on to, where it is started as a proxy. Stopped by `cleanup`. */
export type StartServer = (cleanup: Cleanup, link: Link, upstream?: number) => Promise<RunningServer>;

/** Debian's. */

export const programFile = (name: string): string =>
  fileURLToPath(new URL(`../../programs/${name}`, import.meta.url));

/** One that listens where its configuration says. @param stopBy the signal that ends it and all its processes */
export const configuredServer =
  (
    configure: (files: ServerFiles, link: Link, port: number, upstream?: number) => string[],
    stopBy: NodeJS.Signals,
  ): StartServer =>
  async (cleanup, link, upstream) => {
    const files = makeServerFiles(cleanup);
    const port = await freeLoopbackPort();
    const [command = "", ...args] = configure(files, link, port, upstream);
    const program = startProgram(command, args, {
      env: {
        PATH: process.env.PATH,
        HOME: files.folder,
        XDG_DATA_HOME: files.folder,
        XDG_CONFIG_HOME: files.folder,
      },
    });
    cleanup.add(() => program.stop(stopBy));
    await answering(program, port);
    return { port, pids: () => treeOf(program.pid) };
  };

/** One that prints the port it was given, and takes a certificate and its key where it is to speak TLS. */
export const printingServer =
  (command: (cleanup: Cleanup) => string[]): StartServer =>
  async (cleanup, link) => {
    const { certificate } = makeServerFiles(cleanup);
    const [program = "", ...args] = command(cleanup);
    const own = link === "tls" ? [certificate.certificate, certificate.key] : [];
    const running = startProgram(program, [...args, ...own], { env: { PATH: process.env.PATH } });
    cleanup.add(() => running.stop());
    return { port: Number(await running.line()), pids: () => treeOf(running.pid) };
  };
