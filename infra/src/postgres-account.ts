import { execFileSync } from "node:child_process";

/** The account Postgres runs as, since it refuses to run as root. `undefined`: as whoever runs this. */
export type Account = { name: string; uid: number; gid: number } | undefined;

const ACCOUNT_NAMES = ["postgres", "masthead"];

const idOf = (name: string, flag: "-u" | "-g"): number =>
  Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));

const lookUp = (name: string): Account => {
  try {
    return { name, uid: idOf(name, "-u"), gid: idOf(name, "-g") };
  } catch {
    return undefined;
  }
};

/**
 * The account for the embedded Postgres: for root the first of `postgres` and `masthead` that exists, else a new system
 * account `masthead`. @throws Error when the account cannot be made.
 */
export const postgresAccount = (onProgress: (what: string) => void): Account => {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ACCOUNT_NAMES) {
    const account = lookUp(name);
    if (account) return account;
  }
  onProgress("adding the system account masthead, which Postgres runs as");
  execFileSync("useradd", [
    "--system",
    "--user-group",
    "--no-create-home",
    "--shell",
    "/usr/sbin/nologin",
    "masthead",
  ]);
  const account = lookUp("masthead");
  if (!account) throw new Error("the system account masthead was added but cannot be found");
  return account;
};

/** Whether `account` may do to `path` what `test` names: `-x`, `-r`, `-w`. */
export const accountMay = (account: Account, test: "-x" | "-r" | "-w", path: string): boolean => {
  try {
    const as = account ? { uid: account.uid, gid: account.gid } : {};
    execFileSync("/usr/bin/test", [test, path], { cwd: "/", stdio: "ignore", ...as });
    return true;
  } catch {
    return false;
  }
};
