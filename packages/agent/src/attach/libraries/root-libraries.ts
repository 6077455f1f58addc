import { opendirSync } from "node:fs";
import { isTlsLibraryName } from "./library-name.js";
import { cachedLibraries, readLoaderCache } from "./loader-cache.js";

/**
 * Where loaders look that have no cache: glibc's in Debian's and other builds, and musl's, which never has one (`/etc/ld-musl-*.path` aside). A container writes its own
 * file system: so many entries of each are looked at.
 */
const FOLDERS = [
  "/lib",
  "/usr/lib",
  "/usr/local/lib",
  "/lib64",
  "/usr/lib64",
  "/lib/x86_64-linux-gnu",
  "/usr/lib/x86_64-linux-gnu",
  "/lib/aarch64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
];
const ENTRIES_MAX = 20_000;

/** TLS libraries that a loader under this root would find: by its cache, where it has one. Paths below the root. @param root such as /proc/PID/root */
export function librariesUnder(root: string): string[] {
  const cache = readLoaderCache(root);
  return cache
    ? cachedLibraries(cache, isTlsLibraryName)
    : FOLDERS.flatMap((folder) => namedIn(root, folder));
}

function namedIn(root: string, folder: string): string[] {
  const found: string[] = [];
  try {
    const entries = opendirSync(root + folder);
    try {
      for (let read = 0; read < ENTRIES_MAX; read += 1) {
        const entry = entries.readSync();
        if (entry === null) break;
        if (isTlsLibraryName(entry.name)) found.push(`${folder}/${entry.name}`);
      }
    } finally {
      entries.closeSync();
    }
  } catch {
    // there is none, or its process is gone
  }
  return found;
}
