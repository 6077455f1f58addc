import type { CoverageReason } from "@masthead/shared/wire/coverage-reasons";
import { ElfError, withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { OF_32_BITS } from "../elf/elf-header.js";
import { contentOf } from "../libraries/look-through.js";
import { codeOf, errnoWords } from "../processes/system-error.js";
import { knownBuild } from "../sites/known-build-sites.js";
import type { KnownBuilds } from "../sites/known-builds.js";
import { isGone, reason } from "./reason.js";
import { TextSearch } from "./text-search.js";
import { IMPLEMENTATIONS, TLS_MARKERS, type TlsImplementation } from "./tls-markers.js";

const KNOWN_MAX = 2048;
/** What opening a file and reading its headers counts for, in bytes. */
const OPENED_BYTES = 64 * 1024;
const WORDS_MAX = 160;

/** What a program's file says of the TLS inside it. */
interface Program {
  buildId: string | undefined;
  /** the table has this build id, with other code */
  isImpostor: boolean;
  found: ReadonlySet<TlsImplementation>;
  /** until all of it was looked at */
  search?: TextSearch<TlsImplementation>;
  /** why it cannot be read */
  refused?: string;
}

/**
 * Why a program that no probe stands on is not captured, where the reason lies in its file: which TLS implementation it
 * carries inside. Each file is read once, and no more bytes of all of them in one report than the budget.
 */
export class ProgramTls {
  readonly #known = new Map<string, Program>();
  #budgetBytes = 0;

  constructor(private readonly builds: KnownBuilds) {}

  /** A report begins, which may read so much. */
  allow(budgetBytes: number): void {
    this.#budgetBytes = budgetBytes;
  }

  /** @param path such as /proc/PID/exe. @returns undefined where there is no TLS in it, or no such process any more */
  reasonOf(path: string): string | undefined {
    try {
      const program = this.#program(path);
      return program === undefined ? reason("not_read_yet") : verdict(program);
    } catch (error) {
      return isGone(error) ? undefined : reason("unreadable_program", words(error));
    }
  }

  /** Which implementation a file carries inside, whatever else is wrong with it; `unread` until it was read whole. */
  implementationIn(path: string): TlsImplementation | "unread" | undefined {
    try {
      const program = this.#program(path);
      return program === undefined ? "unread" : firstOf(program);
    } catch {
      return undefined;
    }
  }

  /** Undefined until the file was read whole. @throws the system's error where there is none */
  #program(path: string): Program | undefined {
    const content = contentOf(path);
    const known = this.#known.get(content);
    if (known && !known.search) return known;
    if (this.#budgetBytes <= 0) return undefined;
    const program = this.#read(path, known);
    if (contentOf(path) !== content) {
      // The process began another program meanwhile, or its file was written over, so nobody knows which of the two was read.
      this.#known.delete(content);
      return undefined;
    }
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    this.#known.set(content, program);
    return program.search ? undefined : program;
  }

  #read(path: string, known: Program | undefined): Program {
    this.#budgetBytes -= OPENED_BYTES;
    try {
      return withFile(path, (source) => {
        const program = known ?? begun(new ElfFile(source), this.builds);
        if (!program.search) return program;
        this.#budgetBytes -= program.search.advance(source, this.#budgetBytes);
        const { search, ...whole } = program;
        return search.isDone ? whole : program;
      });
    } catch (error) {
      if (!(error instanceof ElfError)) throw error;
      return { buildId: undefined, isImpostor: false, found: new Set(), refused: words(error) };
    }
  }
}

function begun(elf: ElfFile, builds: KnownBuilds): Program {
  const isImpostor = knownBuild(elf, builds) !== undefined;
  const search = new TextSearch(TLS_MARKERS, elf.readOnlyData());
  const program = { buildId: elf.buildId, isImpostor, found: search.found };
  return isImpostor ? program : { ...program, search };
}

const firstOf = ({ found }: Pick<Program, "found">): TlsImplementation | undefined =>
  IMPLEMENTATIONS.find((each) => found.has(each));

function verdict({ buildId, isImpostor, found, refused }: Program): string | undefined {
  if (refused === OF_32_BITS) return reason("of_32_bits");
  if (refused !== undefined) return reason("unreadable_program", refused);
  const build = buildId === undefined ? "no build id" : `build ${buildId}`;
  if (isImpostor) return reason("unknown_build", `${build} is known, and has other code`);
  const name = firstOf({ found });
  if (name === undefined) return undefined;
  const code: CoverageReason = CODES[name] ?? "unsupported_tls";
  if (code === "unsupported_tls") return reason(code, name);
  return code === "stripped" || code === "unknown_build" ? reason(code, `${name}, ${build}`) : reason(code);
}

const CODES: Partial<Record<TlsImplementation, CoverageReason>> = {
  OpenSSL: "stripped",
  BoringSSL: "unknown_build",
  unknown: "no_symbols",
};

function words(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined) return errnoWords(code);
  return (error instanceof Error ? error.message : String(error)).slice(0, WORDS_MAX);
}
