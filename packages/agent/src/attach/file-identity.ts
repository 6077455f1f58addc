import { type BigIntStats, statfsSync, statSync } from "node:fs";
import { fileBelowOverlay } from "./overlay-layers.js";

const OVERLAYFS = 0x794c7630;
/** An overlay may lie on another one, and no more: FILESYSTEM_MAX_STACK_DEPTH. */
const OVERLAYS_MAX = 2;
const REMEMBERED_MAX = 4096;

/** Of files on overlayfs that were looked at, by what every overlay shows of them. */
const remembered = new Map<string, string>();

/**
 * A key that is equal for two paths exactly when the kernel would put a probe on the same inode; a file probed twice would
 * be counted twice. @throws the system's error where there is no such file
 *
 * Usually device and inode. On overlayfs the kernel probes the file of the layer below, which containers of one image
 * share, and the host, too, where its own files are the layer, while each overlay's stat() shows a device of its own. So
 * there the layer's file says it. Where that is not to be found, the inode number, which is the layer's, the size and the time
 * of the last change stand for it (a copy that a container made of it has another time).
 */
export function fileIdentity(path: string): string {
  return identityOf(path, OVERLAYS_MAX);
}

function identityOf(path: string, overlays: number): string {
  const stat = statSync(path, { bigint: true });
  if (!stat.isFile()) throw Object.assign(new Error(`${path} is no file`), { code: "EINVAL" });
  if (overlays === 0 || !isOverlay(path)) return `${stat.dev}:${stat.ino}`;
  const shown = `overlay:${stat.ino}:${stat.size}:${stat.ctimeNs}`;
  // For good: an overlay of which less can be found out than of the first one shows the same file.
  const known = remembered.get(shown) ?? belowOverlay(path, stat, overlays) ?? shown;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(shown, known);
  return known;
}

function belowOverlay(path: string, shown: BigIntStats, overlays: number): string | undefined {
  const below = fileBelowOverlay(path, shown);
  try {
    return below === undefined ? undefined : identityOf(below, overlays - 1);
  } catch {
    return undefined;
  }
}

function isOverlay(path: string): boolean {
  try {
    return statfsSync(path).type === OVERLAYFS;
  } catch {
    return false;
  }
}
