import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { type Child, startChild } from "./child.js";
import { stablePort } from "./free-port.js";
import { type Account, postgresAccount } from "./postgres-account.js";
import { clearLeftover } from "./postgres-leftover.js";
import { placeBinaries, placeData } from "./postgres-place.js";

export interface PostgresOptions {
  /** A folder for this server alone; holds its data and the superuser's password. Data survives restarts. */
  dir: string;
  /** Database that `url` names, made when absent. Default `masthead`. */
  database?: string;
  /** Absent: the one it had before, or a free one. */
  port?: number;
  /** Server settings beside the defaults, as in `postgresql.conf`. */
  settings?: Record<string, string>;
  onProgress?: (what: string) => void;
  onLog?: (line: string) => void;
}

export interface PostgresServer {
  /** Connection string of the superuser, who owns the databases; holds the password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where the data lies: `dir/data`, or below `/var/lib/masthead` (see postgres-place). */
  readonly data: string;
  /** Resolves when the server has ended, with how. */
  readonly ended: Promise<string>;
  /** Fast shutdown: open connections are closed, data is safe. */
  stop(): Promise<void>;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
  /** Stops the server and removes its data, wherever it lies. */
  remove(): Promise<void>;
}

const SUPERUSER = "masthead";
const ATTEMPTS = 20;
const RETRY_AFTER_MS = 250;
const STOP_WITHIN_MS = 20_000;
const READY = "database system is ready to accept connections";
const run = promisify(execFile);

/**
 * Starts the Postgres that npm brought, on 127.0.0.1 over TCP alone, as an account that is not root. Ready when it
 * resolves. @throws Error with the server's last lines when it does not start.
 */
export const startPostgres = async (options: PostgresOptions): Promise<PostgresServer> => {
  const onProgress = options.onProgress ?? (() => {});
  const dir = resolve(options.dir);
  const account = postgresAccount(onProgress);
  const data = realpathSync(placeData(account, dir));
  if (dirname(data) !== realpathSync(dir)) writeFileSync(join(dir, "data.location"), `${data}\n`);
  const bin = join(placeBinaries(account, onProgress), "bin");
  const password = passwordIn(dir);
  if (!existsSync(join(data, "PG_VERSION"))) {
    onProgress("making the Postgres cluster");
    await initialise(bin, data, password, account);
  }
  await clearLeftover(data);
  const { child, port } = await launch(bin, data, account, options);
  const base = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/`;
  const database = options.database ?? "masthead";
  await createDatabase(`${base}postgres`, database);
  return {
    url: base + database,
    port,
    pid: child.pid,
    data,
    ended: child.ended,
    async stop() {
      await child.stop("SIGINT", STOP_WITHIN_MS);
    },
    async kill() {
      await child.stop("SIGKILL", STOP_WITHIN_MS);
    },
    async remove() {
      await child.stop("SIGINT", STOP_WITHIN_MS);
      rmSync(dirname(data) === dir ? data : dirname(data), { recursive: true, force: true });
    },
  };
};

/** The superuser's password: made once, readable by the owner of `dir` alone. */
const passwordIn = (dir: string): string => {
  const file = join(dir, "superuser.password");
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("hex"), { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
};

/** Same collation on every machine: the server's own, not the C library's. */
const LOCALE = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];

const initialise = async (bin: string, data: string, password: string, account: Account): Promise<void> => {
  const file = join(dirname(data), `initdb-password-${process.pid}`);
  writeFileSync(file, password, { mode: 0o600 });
  if (account) chownSync(file, account.uid, account.gid);
  try {
    await run(
      join(bin, "initdb"),
      [`--pgdata=${data}`, `--pwfile=${file}`, "--auth=scram-sha-256", `--username=${SUPERUSER}`, ...LOCALE],
      { cwd: "/", env: ENVIRONMENT, ...asAccount(account) },
    );
  } finally {
    rmSync(file, { force: true });
  }
};

/** Nothing of the parent's environment, which may hold secrets or `PG*` settings. */
const ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

const asAccount = (account: Account): { uid?: number; gid?: number } =>
  account ? { uid: account.uid, gid: account.gid } : {};

const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  timezone: "UTC",
  log_timezone: "UTC",
};

/** Tries again where the port was taken meanwhile, or where a killed server's children still hold its memory. */
const launch = async (
  bin: string,
  data: string,
  account: Account,
  options: PostgresOptions,
): Promise<{ child: Child; port: number }> => {
  let lastLines: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = options.port ?? (await stablePort(join(resolve(options.dir), "port")));
    lastLines = [];
    let ready = () => {};
    const isReady = new Promise<"ready">((yes) => {
      ready = () => yes("ready");
    });
    const settings = Object.entries({ ...SETTINGS, ...options.settings, port: String(port) });
    const child = await startChild(
      join(bin, "postgres"),
      ["-D", data, ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      {
        cwd: "/",
        env: ENVIRONMENT,
        ...asAccount(account),
        whenOrphaned: "SIGINT",
        onLine: (line) => {
          lastLines = [...lastLines.slice(-20), line];
          if (line.includes(READY)) ready();
          options.onLog?.(line);
        },
      },
    );
    if ((await Promise.race([isReady, child.ended])) === "ready") return { child, port };
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
  }
  throw new Error(`Postgres did not start:\n${lastLines.join("\n")}`);
};

const createDatabase = async (url: string, database: string): Promise<void> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const found = await sql`select 1 from pg_database where datname = ${database}`;
    if (found.length === 0) await sql`create database ${sql(database)}`;
  } finally {
    await sql.end();
  }
};
