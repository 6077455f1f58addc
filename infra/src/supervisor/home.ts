import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeFolder } from "@masthead/agent/make-folder";

/** The folders below MASTHEAD_HOME. */
export interface Home {
  readonly path: string;
  readonly run: string;
  readonly logs: string;
  readonly secrets: string;
}

/**
 * Makes the folders. Others may pass through the top one (the account that Postgres runs as has its data below it) and
 * see nothing: what is secret lies in folders or files of mode 0700 and 0600.
 */
export const openHome = (path: string): Home => {
  const top = resolve(path);
  makeFolder(top, 0o711);
  chmodSync(top, 0o711);
  const folder = (name: string): string => {
    makeFolder(join(top, name), 0o700);
    return join(top, name);
  };
  return { path: top, run: folder("run"), logs: folder("logs"), secrets: folder("secrets") };
};

/** The secret in a file of mode 0600, made with `make` when it is not there. */
export const secretFile = (file: string, make: () => string): string => {
  if (!existsSync(file)) writeFileSync(file, `${make()}\n`, { mode: 0o600, flag: "wx" });
  return readFileSync(file, "utf8").trim();
};

/** `count` random bytes as lower-case hex digits. */
export const randomHex = (count: number): string => randomBytes(count).toString("hex");

export interface PidFile {
  readonly path: string;
  write(pid: number): void;
  remove(): void;
}

/** Notes the process id of a part, by which the agent knows that it is one of Masthead's own (promise observe-only). */
export const pidFile = (home: Home, name: string): PidFile => {
  const file = join(home.run, `${name}.pid`);
  return {
    path: file,
    write: (pid) => writeFileSync(file, `${pid}\n`),
    remove: () => rmSync(file, { force: true }),
  };
};
