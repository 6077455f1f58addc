import { statSync } from "node:fs";
import { withFile } from "../elf/byte-source.js";

/** The new format of glibc's /etc/ld.so.cache (sysdeps/generic/dl-cache.h), alone or behind the old one. */
const MAGIC = "glibc-ld.so.cache1.1";
const HEADER_BYTES = 48;
const ENTRY_BYTES = 24;
const OLD_MAGIC = "ld.so-1.7.0";
const OLD_HEADER_BYTES = 16;
const OLD_ENTRY_BYTES = 12;
const CACHE_MAX_BYTES = 8 * 1024 * 1024;
const NAME_MAX_BYTES = 4096;

/** Paths of the libraries that the dynamic loader would find, by a test of their names. Empty for what is no cache. */
export function cachedLibraries(cache: Buffer, accept: (name: string) => boolean): string[] {
  const start = newFormatAt(cache);
  if (start === undefined) return [];
  const body = cache.subarray(start);
  const count = body.readUInt32LE(MAGIC.length);
  const paths = new Set<string>();
  for (let index = 0; index < count; index++) {
    const at = HEADER_BYTES + index * ENTRY_BYTES;
    if (at + ENTRY_BYTES > body.length) break;
    const name = text(body, body.readUInt32LE(at + 4));
    if (name === undefined || !accept(name)) continue;
    const path = text(body, body.readUInt32LE(at + 8));
    // A container writes its own cache: a path leads to a library of that name, and not out of its root.
    if (path?.startsWith("/") && accept(path) && !path.split("/").includes("..")) paths.add(path);
  }
  return [...paths];
}

function newFormatAt(cache: Buffer): number | undefined {
  let start = 0;
  if (cache.toString("latin1", 0, OLD_MAGIC.length) === OLD_MAGIC && cache.length >= OLD_HEADER_BYTES) {
    const end = OLD_HEADER_BYTES + cache.readUInt32LE(12) * OLD_ENTRY_BYTES;
    start = Math.ceil(end / 8) * 8;
  }
  if (start + HEADER_BYTES > cache.length) return undefined;
  return cache.toString("latin1", start, start + MAGIC.length) === MAGIC ? start : undefined;
}

function text(cache: Buffer, offset: number): string | undefined {
  if (offset >= cache.length) return undefined;
  const end = cache.subarray(offset, offset + NAME_MAX_BYTES).indexOf(0);
  return end < 0 ? undefined : cache.toString("utf8", offset, offset + end);
}

const cacheOf = (root: string): string => `${root.replace(/\/$/, "")}/etc/ld.so.cache`;

/** The cache under a root, `/` or `/proc/PID/root`; undefined where there is none to read. */
export function readLoaderCache(root: string): Buffer | undefined {
  try {
    return withFile(cacheOf(root), (source) =>
      source.size <= CACHE_MAX_BYTES ? source.read(0, source.size) : undefined,
    );
  } catch {
    return undefined;
  }
}

/** What a loader's cache names, for who asks again and again: read anew where the file is another one, or was written. */
export class LoaderCache {
  #version: string | undefined;
  #paths: readonly string[] = [];

  /**
   * @param root of the host: another one's may be a container's, which comes and goes
   * @param accept as of cachedLibraries()
   */
  constructor(
    private readonly root: string,
    private readonly accept: (name: string) => boolean,
  ) {}

  libraries(): readonly string[] {
    const version = versionOf(cacheOf(this.root));
    if (version === undefined || version !== this.#version) {
      const cache = readLoaderCache(this.root);
      this.#paths = cache ? cachedLibraries(cache, this.accept) : [];
      this.#version = cache && version; // one that could not be read is tried again
    }
    return this.#paths;
  }
}

function versionOf(path: string): string | undefined {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch {
    return undefined;
  }
}
