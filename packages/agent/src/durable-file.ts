import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** The ending of a file that is being written; one that is found after a crash is nobody's. */
export const UNFINISHED = ".tmp";

/**
 * Writes a file so that it is either the old or the new one, and that it stays, after a crash of the host.
 * @throws the file system's error; the file is the old one then, or where only its folder could not be synced the new one
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const unfinished = `${path}.${process.pid}${UNFINISHED}`;
  try {
    await writeSynced(unfinished, content, mode);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeSynced(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, "w", mode);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}
