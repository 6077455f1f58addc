import type { ReturnBy } from "../../capture/return-probes.js";
import { ElfError } from "../elf/byte-source.js";
import type { ElfFile } from "../elf/elf-file.js";
import type { ChosenSites } from "../runtimes.js";
import type { KnownBuild, KnownBuilds, KnownFunction } from "./known-builds.js";
import { OPENSSL_FUNCTIONS, opensslSites, sitesAmong } from "./openssl-sites.js";

const CODE_MIN_BYTES = 16;
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

/** The entry that a build with symbols gives. @throws ElfError where it has no build id, or none of the functions */
export function recordBuild(elf: ElfFile): [id: string, build: KnownBuild] {
  const id = elf.buildId;
  const runtime = opensslSites(elf)?.runtime;
  if (id === undefined) throw new ElfError("the file has no build id");
  if (runtime !== "openssl" && runtime !== "boringssl") throw new ElfError("no SSL_read and SSL_write in it");
  const functions = [...elf.functions(new Set(OPENSSL_FUNCTIONS)).values()].map(
    ({ name, address, size }) => ({
      ...{ name, address, size },
      code: elf.code(address, Math.min(size, CODE_RECORDED_BYTES)).toString("hex"),
    }),
  );
  return [id, { runtime, functions }];
}
