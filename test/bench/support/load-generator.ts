import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Cleanup } from "../../support/cleanup.js";
import { childrenOf } from "../../support/process-tree.js";

/** So many that the server has enough to do while the agent has the CPU that both share. */
export const CONNECTIONS = 128;

const POLLING_EPOLL = fileURLToPath(new URL("../../programs/polling-epoll.c", import.meta.url));

/** Eleven, and `Host`, which wrk adds: a head as a gateway sees it. */
const HEADERS = [
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  "Accept: application/json, text/plain;q=0.9, */*;q=0.8",
  "Accept-Encoding: gzip, deflate, br",
  "Accept-Language: en-GB,en;q=0.9,de;q=0.5",
  "Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJiZW5jaCJ9.c2lnbmF0dXJlLW9mLWEtYmVuY2htYXJr",
  "Cookie: session=3f1c9a0e7d5b4c2a8e6f0d1b2c3a4958; theme=dark; region=eu-central",
  "X-Request-Id: 7d5b4c2a-8e6f-4d1b-9c3a-49583f1c9a0e",
  "X-Client-Id: bench",
  "X-Forwarded-For: 198.51.100.17, 203.0.113.4",
  "Referer: https://app.example.com/orders/open?view=list",
  "Cache-Control: no-cache",
];

export interface LoadGenerator {
  /** of the shell whose children are the load: whoever excludes it and what it starts excludes the load */
  readonly pid: number;
  /** @throws Error where an answer was not 2xx */
  run(seconds: number): Promise<Done>;
  /** @returns what ends it, with what run() gives */
  runUntilStopped(): () => Promise<Done>;
}

/** The requests that were answered, and how many a second. */
export interface Done {
  requests: number;
  perSecond: number;
}

/** Longer than anything is measured. */
const UNTIL_STOPPED_SECONDS = 86_400;

/**
 * wrk against one server, one thread, on a copy of libssl and libcrypto of its own: probes on the system's libssl do not touch
 * it. It never sleeps, so that no server pays for waking it. Ended by `cleanup`.
 */
export const startLoadGenerator = (cleanup: Cleanup, origin: string): LoadGenerator => {
  const folder = cleanup.folder();
  const libraries = copyLibraries(join(folder, "libraries"));
  const polling = join(folder, "polling-epoll.so");
  execFileSync("gcc", ["-O2", "-shared", "-fPIC", "-o", polling, POLLING_EPOLL]);
  const child = spawn(
    "sh",
    [
      "-c",
      'polling="$1"; shift; while read -r seconds; do LD_LIBRARY_PATH="$0" LD_PRELOAD="$polling" wrk --duration "$seconds" "$@" 2>&1; echo "status $?"; done',
      libraries,
      polling,
      ...["--threads", "1", "--connections", String(CONNECTIONS)],
      ...HEADERS.flatMap((header) => ["--header", header]),
      `${origin}/v1/orders/1?view=full`,
    ],
    { stdio: ["pipe", "pipe", "inherit"], env: { PATH: process.env.PATH } },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const pid = child.pid ?? 0;
  const interrupt = () => {
    for (const running of childrenOf(pid)) process.kill(running, "SIGINT");
  };
  cleanup.add(() => {
    if (child.exitCode === null) interrupt();
    child.stdin.end();
    return ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const run = async (seconds: number): Promise<Done> => {
    child.stdin.write(`${seconds}s\n`);
    const said: string[] = [];
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the load generator ended:\n${said.join("\n")}`);
      if (String(value).startsWith("status ")) return readWrk([...said, value].join("\n"));
      said.push(value);
    }
  };
  return {
    pid,
    run,
    runUntilStopped() {
      const done = run(UNTIL_STOPPED_SECONDS);
      done.catch(() => {}); // whoever stops it is told
      return () => {
        interrupt();
        return done;
      };
    },
  };
};

const readWrk = (text: string): Done => {
  const requests = Number(/(\d+) requests in /.exec(text)?.[1]);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  if (
    !requests ||
    !perSecond ||
    /Non-2xx|Socket errors|cannot be preloaded/.test(text) ||
    !text.endsWith("status 0")
  ) {
    throw new Error(`wrk did not go well:\n${text}`);
  }
  return { requests, perSecond };
};

const ldd = (environment: NodeJS.ProcessEnv): string[] => {
  const wrk = execFileSync("which", ["wrk"], { encoding: "utf8" }).trim();
  const text = execFileSync("ldd", [wrk], { encoding: "utf8", env: { ...process.env, ...environment } });
  return [...text.matchAll(/=> (\/\S*\/lib(?:ssl|crypto)\.so\S*)/g)].map(([, path]) => path ?? "");
};

/** @returns the folder @throws Error where wrk would not use what lies there */
const copyLibraries = (folder: string): string => {
  mkdirSync(folder);
  for (const path of ldd({})) copyFileSync(path, join(folder, basename(path)));
  const used = ldd({ LD_LIBRARY_PATH: folder });
  if (used.length < 2 || used.some((path) => !path.startsWith(`${folder}/`))) {
    throw new Error(`wrk does not take its libraries from ${folder}: ${used.join(", ")}`);
  }
  return folder;
};
