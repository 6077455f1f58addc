import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { fileIdentity } from "../file-identity.js";

const KNOWN_MAX = 2048;

/** Executables that carry their TLS inside: Go programs, those that export OpenSSL's functions (Node), static ones. */
export class OwnTls {
  readonly #known = new Map<string, boolean>();

  /** By the process's own executable; false where it cannot be read. */
  in(pid: number): boolean {
    const path = `/proc/${pid}/exe`;
    try {
      const identity = fileIdentity(path);
      let answer = this.#known.get(identity);
      if (answer === undefined) {
        answer = withFile(path, (source) => carriesTls(new ElfFile(source)));
        if (this.#known.size >= KNOWN_MAX) this.#known.clear();
        this.#known.set(identity, answer);
      }
      return answer;
    } catch {
      return false;
    }
  }
}

function carriesTls(elf: ElfFile): boolean {
  if (elf.hasSection(".go.buildinfo") || elf.hasSection(".gopclntab")) return true;
  if (!elf.hasInterpreter) return true;
  return elf.exportedFunctions(new Set(["SSL_read", "SSL_write"])).size > 0;
}
