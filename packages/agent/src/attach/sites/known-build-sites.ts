import type { ReturnBy } from "../../capture/return-probes.js";
import { ElfError } from "../elf/byte-source.js";
import type { ElfFile } from "../elf/elf-file.js";
import type { ChosenSites } from "../runtimes.js";
import { CODE_MIN_BYTES, type KnownBuild, type KnownBuilds, type KnownFunction } from "./known-builds.js";
import { opensslFunctions, sitesAmong } from "./openssl-sites.js";

const CODE_RECORDED_BYTES = 32;

/** The build that this file says it is; undefined where the table has none of that id, and where its notes cannot be read. */
export function knownBuild(elf: ElfFile, builds: KnownBuilds): KnownBuild | undefined {
  try {
    const id = elf.buildId;
    return id === undefined ? undefined : builds.get(id);
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  }
}

/**
 * Where to stand in a build of the table. Undefined where it is none, and where the code at any recorded address is not
 * the recorded code: a build id is a claim, and a probe in the middle of an instruction would break the program.
 * @throws ElfError
 */
export function knownBuildSites(
  elf: ElfFile,
  builds: KnownBuilds,
  returnBy: ReturnBy = "probe",
): ChosenSites | undefined {
  const build = knownBuild(elf, builds);
  if (!build?.functions.every((function_) => isAsRecorded(elf, function_))) return undefined;
  const symbols = new Map(build.functions.map(({ name, address, size }) => [name, { name, address, size }]));
  if (!symbols.has("SSL_read") || !symbols.has("SSL_write")) return undefined;
  return { runtime: build.runtime, sites: sitesAmong(elf, symbols, returnBy) };
}

function isAsRecorded(elf: ElfFile, { address, size, code }: KnownFunction): boolean {
  const recorded = Buffer.from(code, "hex");
  if (recorded.length * 2 !== code.length || recorded.length < Math.min(CODE_MIN_BYTES, size)) return false;
  if (recorded.length === 0 || !elf.isCode(address)) return false;
  return elf.code(address, recorded.length).equals(recorded);
}

/**
 * The entry of a build whose symbols somebody has.
 * @param program the build itself, or the same with its symbols
 * @param symbols what has them where the program has not: the file that was split off it
 * @throws ElfError where there is no build id or another's, or where functions are missing
 */
export function recordBuild(program: ElfFile, symbols = program): [id: string, build: KnownBuild] {
  const id = program.buildId;
  if (id === undefined) throw new ElfError("the program has no build id");
  if (symbols.buildId !== id) throw new ElfError(`the symbols are of another build, ${symbols.buildId}`);
  const found = opensslFunctions(symbols);
  if (found === undefined) throw new ElfError("no SSL_read and SSL_write in it");
  const functions = [...found.functions.values()].map(({ name, address, size }) => ({
    ...{ name, address, size },
    code: program.code(address, Math.min(size, CODE_RECORDED_BYTES)).toString("hex"),
  }));
  return [id, { runtime: found.runtime, functions }];
}
