import { withFile } from "@masthead/agent/attach/elf/byte-source";
import { ElfFile } from "@masthead/agent/attach/elf/elf-file";
import { recordBuild } from "@masthead/agent/attach/sites/known-build-sites";

/**
 * The entry of KNOWN_BUILDS for a build, as JSON.
 * @param path of the program with its symbols
 * @throws ElfError where it has none of those that are needed, or no build id
 */
export const knownBuildEntry = (path: string): string =>
  JSON.stringify(
    withFile(path, (source) => recordBuild(new ElfFile(source))),
    undefined,
    2,
  );
