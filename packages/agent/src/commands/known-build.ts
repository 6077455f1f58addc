import { withFile } from "../attach/elf/byte-source.js";
import { ElfFile } from "../attach/elf/elf-file.js";
import { recordBuild } from "../attach/sites/known-build-sites.js";
import { knownBuildsText } from "../attach/sites/known-builds-file.js";

export interface KnownBuildOptions {
  symbols?: string;
  title?: string;
}

/** Prints the file of known builds for one program. @throws Error that names the files and what is missing */
export function printKnownBuild(program: string, { symbols = program, title }: KnownBuildOptions): void {
  try {
    const [id, build] = withFile(program, (code) =>
      withFile(symbols, (table) => recordBuild(new ElfFile(code), new ElfFile(table))),
    );
    process.stdout.write(knownBuildsText(new Map([[id, { ...(title && { title }), ...build }]])));
  } catch (error) {
    const named = symbols === program ? program : `${program} with the symbols of ${symbols}`;
    throw new Error(`${named}: ${(error as Error).message}`);
  }
}
