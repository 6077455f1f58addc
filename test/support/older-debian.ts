import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Cleanup } from "./cleanup.js";

const run = promisify(execFile);
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** Where a release is, and where it goes when it is no longer supported. */
const MIRRORS = ["http://deb.debian.org/debian", "http://archive.debian.org/debian"];

/**
 * Unpacks a package of another Debian release below a temporary folder; nothing is installed, and apt's own lists are left
 * alone. @returns the folder, or undefined where no mirror has it or can be reached
 */
export async function unpackFrom(
  cleanup: Cleanup,
  release: string,
  name: string,
): Promise<string | undefined> {
  for (const mirror of MIRRORS) {
    const folder = cleanup.folder();
    try {
      await download(folder, `deb [signed-by=${KEYRING}] ${mirror} ${release} main`, name);
      const [file = ""] = readdirSync(folder).filter((each) => each.endsWith(".deb"));
      await run("dpkg-deb", ["-x", join(folder, file), join(folder, "unpacked")]);
      return join(folder, "unpacked");
    } catch {
      // The next one, then.
    }
  }
  return undefined;
}

async function download(folder: string, source: string, name: string): Promise<void> {
  const sources = join(folder, "sources.list");
  writeFileSync(sources, `${source}\n`);
  for (const each of ["lists/partial", "archives/partial"])
    mkdirSync(join(folder, each), { recursive: true });
  const options = [
    `Dir::Etc::SourceList=${sources}`,
    "Dir::Etc::SourceParts=/dev/null",
    `Dir::State::Lists=${folder}/lists`,
    `Dir::Cache=${folder}`,
    "Acquire::Check-Valid-Until=false",
    "Acquire::Languages=none",
    "APT::Sandbox::User=root",
    "Acquire::Retries=1",
    "Acquire::http::Timeout=20",
    "APT::Update::Error-Mode=any",
  ].flatMap((option) => ["-o", option]);
  for (const command of [["update"], ["download", name]]) {
    await run("apt-get", ["-q", ...options, ...command], { cwd: folder });
  }
}
