import { type BigIntStats, statfsSync, statSync } from "node:fs";

const OVERLAYFS = 0x794c7630;

/**
 * A key that is equal for two paths exactly when the kernel would put a probe on the same inode; a file probed twice would
 * be counted twice. @throws the system's error where there is no such file
 *
 * Usually device and inode. On overlayfs the kernel probes the file of the layer below, which containers of one image
 * share, while each container's stat() shows a device of its own; the inode number is the layer's, so there the number,
 * the size and the time of the last change stand for the file (a copy that a container made of it has another time).
 */
export function fileIdentity(path: string): string {
  const stat = statSync(path, { bigint: true });
  if (!stat.isFile()) throw Object.assign(new Error(`${path} is no file`), { code: "EINVAL" });
  return isOverlay(path) ? overlayIdentity(stat) : `${stat.dev}:${stat.ino}`;
}

const overlayIdentity = (stat: BigIntStats): string => `overlay:${stat.ino}:${stat.size}:${stat.ctimeNs}`;

function isOverlay(path: string): boolean {
  try {
    return statfsSync(path).type === OVERLAYFS;
  } catch {
    return false;
  }
}
