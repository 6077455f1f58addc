import type { SeenAt } from "../../capture/seen-at.js";
import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { ofThisMachine } from "../elf/host-machine.js";
import { fileIdentity, fileVersion, probedVersion } from "../file-identity.js";
import type { ChooseSites, ChosenSites } from "../runtimes.js";

/** What a version of a file was found to carry, or why that cannot be said. */
export type Found = { version: string | undefined } & (
  | { chosen: ChosenSites | undefined }
  | { error: unknown }
);

/** Reads a file for what can be probed in it. */
export function lookThrough(path: string, choose: ChooseSites, seenAt: SeenAt): Found {
  const version = probedVersion(path);
  try {
    return {
      version,
      chosen: withFile(path, (source) => choose(ofThisMachine(new ElfFile(source)), seenAt)),
    };
  } catch (error) {
    return { version, error };
  }
}

/** What stands for what is in a file: another one where it was written over, or where its number went to another file. @throws as {@link fileIdentity} */
export const contentOf = (path: string, identity = fileIdentity(path)): string =>
  `${identity} ${fileVersion(path)}`;
