import { type BigIntStats, closeSync, openSync, readFileSync, readlinkSync, statSync } from "node:fs";

/** A mount of overlayfs, as a process sees it. */
export interface OverlayMount {
  /** which directory of the overlay is mounted */
  root: string;
  mountPoint: string;
  /** its layers' directories, the topmost first, as who mounted it named them */
  layers: string[];
}

/** open(2): to know where a path leads, and no more. */
const O_PATH = 0o10000000;

const TOP = "upperdir";
const LAYERS = new Set([TOP, "lowerdir+"]);
/** One in a name has a backslash before it, which the kernel escapes, or is escaped itself. */
const COLON = /(?<!\\134):/;
/** Files' data are then under other names, as composefs has them. */
const DATA_ELSEWHERE = /(?:^|,)(?:datadir\+=|lowerdir=[^,]*(?<!\\134)::)/;
/** Of its size, what a file with its data takes at least, however it is compressed. */
const DATA_SHARE = 8n;

const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
const within = (folder: string, path: string): string | undefined => {
  if (folder === "/") return path;
  return path === folder || path.startsWith(`${folder}/`) ? path.slice(folder.length) : undefined;
};

/**
 * The mount with this id, of the text of /proc/PID/mountinfo (proc_pid_mountinfo(5)). Undefined where it is no overlay's, or not there, and where
 * its layers' files may not be the ones that are mapped.
 */
export function overlayMount(mountinfo: string, id: string): OverlayMount | undefined {
  const [own = "", of = ""] =
    mountinfo
      .split("\n")
      .find((line) => line.startsWith(`${id} `))
      ?.split(" - ") ?? [];
  const [, , , root, mountPoint] = own.split(" ");
  const [type, , options = ""] = of.split(" ");
  if (type !== "overlay" || !root || !mountPoint || DATA_ELSEWHERE.test(options)) return undefined;
  return { root: unescaped(root), mountPoint: unescaped(mountPoint), layers: layersIn(options) };
}

/** `lowerdir+` names one layer since Linux 6.8. What the kernel escapes stays so until the names are apart. */
function layersIn(options: string): string[] {
  const named = options.split(",").flatMap((option) => {
    const at = option.indexOf("=");
    const [name, value] = [option.slice(0, Math.max(at, 0)), option.slice(at + 1)];
    if (name === "lowerdir") return value.split(COLON).map((layer) => ({ name, layer }));
    return LAYERS.has(name) ? [{ name, layer: value }] : [];
  });
  // The kernel lists the layer that is written to last.
  const inOrder = [...named.filter(({ name }) => name === TOP), ...named.filter(({ name }) => name !== TOP)];
  return inOrder.map(({ layer }) => unescaped(layer).replace(/\\([\\:,])/g, "$1"));
}

/**
 * Where a file that overlayfs shows lies in one of its layers: what the kernel maps, and puts probes on. Undefined where that is not certain: the
 * layers are named as who mounted them saw them, which this process may not, and nothing but size and time of the last change (in ns) says that it is the same file.
 * @param path a plain one, or below /proc/PID @param shown what stat() says of it
 */
export function fileBelowOverlay(
  path: string,
  shown: BigIntStats,
): { path: string; stat: BigIntStats } | undefined {
  const [, pid] = /^\/proc\/(\d+)\//.exec(path) ?? [];
  try {
    const { place, mountId } = placeOf(path);
    for (const process of pid === undefined ? ["self"] : ["self", pid]) {
      const mount = overlayMount(readFileSync(`/proc/${process}/mountinfo`, "utf8"), mountId);
      // What it sees begins at its own root: of a chroot in a mount namespace of its own, below that namespace's.
      const seen = within(readlinkSync(`/proc/${process}/root`), place);
      const below = mount && seen !== undefined && dataOf(inLayers(mount, seen), shown);
      if (below) return below;
    }
  } catch {
    // Gone, or not for this process to see.
  }
  return undefined;
}

function placeOf(path: string): { place: string; mountId: string } {
  const file = openSync(path, O_PATH);
  try {
    const [, mountId = ""] =
      /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, "utf8")) ?? [];
    return { place: readlinkSync(`/proc/self/fd/${file}`), mountId };
  } finally {
    closeSync(file);
  }
}

/** Where it may be: as this process sees the layers, and as the first one of the host does. */
function inLayers({ root, mountPoint, layers }: OverlayMount, place: string): string[] {
  const inMount = within(mountPoint, place);
  if (inMount === undefined) return [];
  return layers
    .filter((layer) => layer.startsWith("/"))
    .map((layer) => `${layer}${root === "/" ? "" : root}${inMount}`)
    .flatMap((file) => [file, `/proc/1/root${file}`]);
}

/**
 * Of these, the topmost that is what the overlay shows; where that has the metadata alone, as after chmod() with `metacopy=on`, the next that has the data.
 */
function dataOf(
  files: readonly string[],
  shown: BigIntStats,
): { path: string; stat: BigIntStats } | undefined {
  let isMetadata = false;
  for (const path of files) {
    const stat = statOrNothing(path);
    if (!stat?.isFile() || stat.size !== shown.size) continue;
    const isSame: boolean = isMetadata ? stat.mtimeNs === shown.mtimeNs : stat.ctimeNs === shown.ctimeNs;
    if (isSame && stat.blocks * 512n * DATA_SHARE >= stat.size) return { path, stat };
    isMetadata ||= isSame;
  }
  return undefined;
}

function statOrNothing(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}
