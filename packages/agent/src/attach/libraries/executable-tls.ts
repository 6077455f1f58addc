import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { fileIdentity } from "../file-identity.js";
import { type ChooseSites, chooseSites } from "../runtimes.js";

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
      this.#known.set(identity, false);
      const carries = withFile(path, (source) => this.choose(new ElfFile(source)) !== undefined);
      this.#known.set(identity, carries);
      return carries;
    } catch {
      return false;
    }
  }
}
