import { type BigIntStats, statfsSync, statSync } from "node:fs";
import { fileBelowOverlay } from "./overlay-layers.js";

const OVERLAYFS = 0x794c7630;
/** An overlay may lie on another one, and no more: FILESYSTEM_MAX_STACK_DEPTH. */
const OVERLAYS_MAX = 2;
const REMEMBERED_MAX = 4096;

/** Identities of files on overlayfs, by what every overlay shows of them. */
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
  const stat = statOf(path);
  if (!isOverlay(path)) return deviceAndInode(stat);
  const shown = `overlay:${stat.ino}:${stat.size}:${stat.ctimeNs}`;
  // For good: an overlay of which less can be found out than of the first one shows the same file.
  const known = remembered.get(shown);
  if (known !== undefined) return known;
  const identity = inLayer(path, stat)?.identity ?? shown;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(shown, identity);
  return identity;
}

/**
 * Where the kernel is led to the same inode without a container's mount, which a probe would hold for as long as it stands: in
 * the layer. The same path where no overlay shows it, or its layer is not to be found, as of a process that ended meanwhile.
 */
export function pathBelowOverlays(path: string): string {
  try {
    return isOverlay(path) ? (inLayer(path, statOf(path))?.path ?? path) : path;
  } catch {
    return path;
  }
}

/** Another one where the file was written to, under the same identity; undefined where there is no such file. */
export function fileVersion(path: string): string | undefined {
  try {
    const { size, mtimeNs } = statOf(path);
    return `${size}:${mtimeNs}`;
  } catch {
    return undefined;
  }
}

/** The same of the file that a probe at this path stands on: below an overlay, that of the layer. */
export const probedVersion = (path: string): string | undefined => fileVersion(pathBelowOverlays(path));

function statOf(path: string): BigIntStats {
  const stat = statSync(path, { bigint: true });
  if (!stat.isFile()) throw Object.assign(new Error(`${path} is no file`), { code: "EINVAL" });
  return stat;
}

const deviceAndInode = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;

function inLayer(path: string, stat: BigIntStats): { path: string; identity: string } | undefined {
  let shown = { path, stat };
  for (let overlays = 0; overlays < OVERLAYS_MAX; overlays += 1) {
    const below = fileBelowOverlay(shown.path, shown.stat);
    if (below === undefined) return undefined;
    if (!isOverlay(below.path)) return { path: below.path, identity: deviceAndInode(below.stat) };
    shown = below;
  }
  return undefined;
}

function isOverlay(path: string): boolean {
  try {
    return statfsSync(path).type === OVERLAYFS;
  } catch {
    return false;
  }
}
