import { randomBytes } from "node:crypto";
import { mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { join, sep } from "node:path";
import type { WriteFile } from "../features/deliveries/index.js";

/** A folder by its real path, made where it is not there. Each is entered before the next is made, so that nothing is made outside. */
const within = async (realRoot: string, folder: string): Promise<string> => {
  await mkdir(folder, { mode: 0o750 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const real = await realpath(folder);
  if (real !== realRoot && !real.startsWith(realRoot + sep))
    throw new Error("the folder leads out of the root");
  return real;
};

/**
 * Writes files below a root: whole, or not at all. The path's folders are made; one that leads out of the root, by a symbolic link,
 * is refused.
 *
 * @param root absolute
 */
export const folderWriter =
  (root: string): WriteFile =>
  async (path, bytes) => {
    const file = path.at(-1) ?? "";
    await mkdir(root, { recursive: true, mode: 0o750 });
    const realRoot = await realpath(root);
    let folder = realRoot;
    for (const name of path.slice(0, -1)) folder = await within(realRoot, join(folder, name));
    const temporary = join(folder, `.${randomBytes(8).toString("hex")}.part`);
    try {
      const handle = await open(temporary, "wx", 0o640);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, join(folder, file));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    const parent = await open(folder, "r");
    await parent.sync().finally(() => parent.close());
  };
