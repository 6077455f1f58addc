import { statSync } from "node:fs";
import { isSince } from "../capture/kernel-release.js";
import type { LinkKind } from "../capture/native-session.js";
import type { Circumstances } from "./capabilities.js";

/** @param homeDirectory MASTHEAD_HOME, which may not be there yet */
export const circumstances = (
  link: LinkKind | undefined,
  homeDirectory: string | undefined,
): Circumstances => ({
  link,
  isRootInHomeOfAnother: process.geteuid?.() === 0 && (ownerOf(homeDirectory) ?? 0) !== 0,
});

/** The link of a kernel that was not asked, by its release. */
export const usualLink = (kernelRelease: string): LinkKind =>
  isSince(kernelRelease, 6, 6) ? "multi" : "perf";

function ownerOf(path: string | undefined): number | undefined {
  try {
    return path === undefined ? undefined : statSync(path).uid;
  } catch {
    return undefined;
  }
}
