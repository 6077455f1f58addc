import type { ReturnBy } from "../capture/return-probes.js";
import type { SeenAt } from "../capture/seen-at.js";
import { RecordSource } from "../decode/record-enums.js";
import type { ElfFile } from "./elf/elf-file.js";
import { goSites } from "./go/go-sites.js";
import { gnutlsSites } from "./sites/gnutls-sites.js";
import { knownBuildSites } from "./sites/known-build-sites.js";
import type { KnownBuilds } from "./sites/known-builds.js";
import { knownBuildsOfAgent } from "./sites/known-builds-file.js";
import { opensslSites } from "./sites/openssl-sites.js";
import { type LibrarySite, SITE_FUNCTION } from "./sites/site.js";

/** TLS implementations that probes can stand on, and what the kernel's records call them. */
export const RUNTIME_SOURCE = {
  openssl: RecordSource.SOURCE_OPENSSL,
  gnutls: RecordSource.SOURCE_GNUTLS,
  boringssl: RecordSource.SOURCE_BORINGSSL,
  go: RecordSource.SOURCE_GO,
} as const;
export type Runtime = keyof typeof RUNTIME_SOURCE;

/** What the programs at a site of this runtime are told: `cookie` of {@link ProbeSite}. */
export const cookieOf = (runtime: Runtime, { function: name, detail = 0n }: LibrarySite): bigint =>
  BigInt(SITE_FUNCTION[name] | (RUNTIME_SOURCE[runtime] << 8)) | detail;

/** What a file carries, and where in it probes stand. */
export interface ChosenSites {
  runtime: Runtime;
  sites: LibrarySite[];
}

/** @param seenAt where bytes are to be seen, as far as the file allows it */
export type ChooseSites = (elf: ElfFile, seenAt: SeenAt) => ChosenSites | undefined;

/**
 * By the functions that the file has, whatever its name; without symbols, by its build id. Undefined where it has none that
 * are known. @throws ElfError, UnknownBuild where it has some and how to follow them is not known, Error in words
 */
export function chooseSites(
  elf: ElfFile,
  builds: KnownBuilds = knownBuildsOfAgent(),
  returnBy: ReturnBy = "probe",
  seenAt: SeenAt = "call",
): ChosenSites | undefined {
  return (
    opensslSites(elf, returnBy, seenAt) ??
    gnutlsSites(elf, returnBy) ??
    goSites(elf) ??
    knownBuildSites(elf, builds, returnBy)
  );
}
