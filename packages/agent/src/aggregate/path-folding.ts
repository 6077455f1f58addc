/**
 * What the kernel leaves of a path where it counts (bpf/include/aggregate.h): a segment that is an id by its looks alone
 * becomes `0`. The path has the same template then, and ids do not make a series each.
 */
export const PATH_ID = "0";
const ID_DIGITS = 3;
const VERSION_MAX_CHARACTERS = 11;

/** Would the kernel fold this segment? Stricter than `looksDynamic`, and never of a segment that a template shows. */
export function isFolded(segment: string): boolean {
  if (!/^[A-Za-z0-9_~$-]+$/.test(segment)) return false;
  if (/^v/i.test(segment) && segment.length <= VERSION_MAX_CHARACTERS) return false;
  const digits = segment.replace(/[^0-9]/g, "").length;
  const marks = segment.replace(/[^_~$-]/g, "").length;
  return digits >= ID_DIGITS || 2 * digits > segment.length - marks;
}

/** A path as the kernel leaves it. */
export const foldPath = (path: string): string =>
  path
    .split("/")
    .map((segment) => (isFolded(segment) ? PATH_ID : segment))
    .join("/");

/** Can this glob of `match.paths` tell a path from another one that is folded to the same? Then nothing is folded for it. */
export const asksForIds = (glob: string): boolean =>
  !glob
    .split("/")
    .every(
      (segment) => segment === "*" || segment === "**" || (!/[*?%]/.test(segment) && !isFolded(segment)),
    );
