import { randomBytes } from "node:crypto";
import { mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import type { WriteFile } from "../features/deliveries/index.js";

/**
 * Writes files below a root: whole, or not at all. The path's folders are made; one that leads out of the root, by a symbolic link,
 * is refused.
 *
 * @param root absolute
 */
export const folderWriter =
  (root: string): WriteFile =>
  async (path, bytes) => {
    const file = join(root, ...path);
    const folder = dirname(file);
    await mkdir(folder, { recursive: true, mode: 0o750 });
    const [realRoot, realFolder] = [await realpath(root), await realpath(folder)];
    if (realFolder !== realRoot && !realFolder.startsWith(realRoot + sep))
      throw new Error("the folder leads out of the root");
    const temporary = join(realFolder, `.${randomBytes(8).toString("hex")}.part`);
    try {
      const handle = await open(temporary, "wx", 0o640);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    const parent = await open(realFolder, "r");
    await parent.sync().finally(() => parent.close());
  };
