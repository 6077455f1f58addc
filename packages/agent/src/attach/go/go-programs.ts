import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { contentOf } from "../libraries/look-through.js";
import { isGoProgram } from "./go-version.js";

const KNOWN_MAX = 4096;

/** Which files are Go programs, in clear or not. Each is read once. */
export class GoPrograms {
  readonly #known = new Map<string, boolean>();

  /** @param path such as /proc/PID/exe. @returns undefined where the file cannot be read */
  isGo(path: string): boolean | undefined {
    try {
      const content = contentOf(path);
      const known = this.#known.get(content);
      if (known !== undefined) return known;
      const isGo = withFile(path, (source) => isGoProgram(new ElfFile(source)));
      if (contentOf(path) !== content) return undefined; // it is another program meanwhile
      if (this.#known.size >= KNOWN_MAX) this.#known.clear();
      this.#known.set(content, isGo);
      return isGo;
    } catch {
      return undefined;
    }
  }
}
