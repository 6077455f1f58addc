import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { constants, inflateRawSync } from "node:zlib";

/** Where a needle was found: in which place, and as what (`raw`, `gzip at 17`). */
export interface Find {
  needle: string;
  place: string;
  as: string;
}

const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);
const GZIP_HEADER_BYTES = 10;
const LARGEST_INFLATED = 256 * 1024 * 1024;

/** The needles whose UTF-8 bytes occur in `bytes`. */
export const searchBytes = (bytes: Buffer, needles: readonly string[], place: string, as = "raw"): Find[] =>
  needles.filter((needle) => bytes.includes(needle)).map((needle) => ({ needle, place, as }));

/** The same, and in every gzip stream that begins anywhere in `bytes`, complete or cut. */
export const searchDeep = (bytes: Buffer, needles: readonly string[], place: string): Find[] => {
  const found = searchBytes(bytes, needles, place);
  for (let at = bytes.indexOf(GZIP); at !== -1; at = bytes.indexOf(GZIP, at + 1)) {
    const plain = inflated(bytes.subarray(at));
    if (plain) found.push(...searchBytes(plain, needles, place, `gzip at ${at}`));
  }
  return found;
};

/** Raw inflate, since what follows the stream in a store's file is not gzip. Our writers set no optional header field. */
const inflated = (bytes: Buffer): Buffer | undefined => {
  if (bytes[3] !== 0) return undefined;
  try {
    return inflateRawSync(bytes.subarray(GZIP_HEADER_BYTES), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: LARGEST_INFLATED,
    });
  } catch {
    return undefined;
  }
};

/** Searches every file below `folder`, decompressed too. A file that vanishes meanwhile is left out. */
export const searchFolder = (folder: string, needles: readonly string[]): Find[] => {
  const found: Find[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    try {
      found.push(...searchDeep(readFileSync(path), needles, path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return found;
};
