import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Cleanup } from "./cleanup.js";

/** Shows `lower`, absolute, as a container's root would: what is written lands in memory. Unmounted by `cleanup`. @param option a further one, of the mount @returns where */
export function mountOverlay(cleanup: Cleanup, lower: string, option = ""): string {
  const folder = cleanup.folder();
  const mount = (type: string, options: string, at: string): void => {
    execFileSync("mount", ["-t", type, "-o", options, type, at]);
    // Lazily: a probe of another agent on this host may hold a mount that its file was reached through. Some tests unmount by themselves.
    cleanup.add(() => void spawnSync("umount", ["--lazy", at]));
  };
  mount("tmpfs", "size=16m", folder);
  const [upper = "", work = "", root = ""] = ["upper", "work", "root"].map((kind) => join(folder, kind));
  for (const part of [upper, work, root]) mkdirSync(part);
  mount("overlay", `lowerdir=${lower},upperdir=${upper},workdir=${work}${option && `,${option}`}`, root);
  return root;
}
