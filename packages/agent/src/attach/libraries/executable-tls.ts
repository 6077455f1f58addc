import { type ByteSource, ElfError, withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { fileIdentity } from "../file-identity.js";
import { type ChooseSites, chooseSites } from "../runtimes.js";
import { UnknownBuild } from "../unknown-build.js";

const KNOWN_MAX = 4096;

/** Which programs carry a TLS implementation inside that probes can stand on, as official Node binaries do. Each file is read once. */
export class ExecutableTls {
  readonly #known = new Map<string, boolean>();

  constructor(private readonly choose: ChooseSites = chooseSites) {}

  /** False also where the file cannot be read, or is no program. */
  carriesTls(path: string): boolean {
    try {
      const identity = fileIdentity(path);
      const known = this.#known.get(identity);
      if (known !== undefined) return known;
      if (this.#known.size >= KNOWN_MAX) this.#known.clear();
      const carries = withFile(path, (source) => hasTls(source, this.choose));
      this.#known.set(identity, carries);
      return carries;
    } catch {
      return false;
    }
  }
}

function hasTls(source: ByteSource, choose: ChooseSites): boolean {
  try {
    return choose(new ElfFile(source)) !== undefined;
  } catch (error) {
    if (error instanceof ElfError) return false;
    // To be found in the table, which says why nothing stands on it.
    if (error instanceof UnknownBuild) return true;
    throw error;
  }
}
