import type { CaptureSession, LinkKind } from "../../capture/native-session.js";
import { pathBelowOverlays } from "../file-identity.js";
import { type ChosenSites, cookieOf, type Runtime } from "../runtimes.js";
import { type LibrarySite, NOTED_READS } from "../sites/site.js";

/** A file with a TLS implementation in it: a shared library, or a program. */
export interface Library {
  identity: string;
  /** of the file when it was looked through; absent: it could not be */
  version?: string | undefined;
  /** by which it was first found, and a plainer one where there is; below an overlay, the layer's */
  path: string;
  /** what it turned out to carry */
  runtime?: Runtime;
  link: LinkKind;
  sites: LibrarySite[];
  /** of `sites`, by their place there; empty while nothing stands on it */
  linkIds: number[];
  /** why nothing stands on it, in words */
  failure?: string;
  /** with `failure`: how to follow this build is not known, so that it was not tried */
  isUnknownBuild: boolean;
  retryAtScan: number;
  /** it is one that processes run, with TLS inside */
  isProgram: boolean;
  pids: Set<number>;
  /** the loader's cache names it: attached before any process maps it */
  cached: boolean;
}

/** Whether its reads are noted from their entry on. */
export const notesReads = ({ sites, linkIds }: Library): boolean =>
  linkIds.length > 0 && sites.some((site) => NOTED_READS.has(site.function));

/** Whether reads of it are seen where they are copied, for all processes. */
export const hasCopies = ({ sites, linkIds }: Library): boolean => linkIds.length > 0 && sites.some(isCopy);

const isCopy = (site: LibrarySite): boolean => site.function === "read_copy";

/** Puts the probes of a library, and takes them away. */
export class LibraryProbes {
  constructor(private readonly session: Pick<CaptureSession, "attachUprobe" | "detach">) {}

  /** @throws NativeError where one is refused: then none stands */
  attach(library: Library, path: string, { runtime, sites }: ChosenSites): void {
    library.runtime = runtime;
    library.sites = sites;
    library.linkIds = this.#stand(library, path, runtime, sites);
  }

  /** those of all of them, together */
  detach(...libraries: Library[]): void {
    this.session.detach(...libraries.flatMap(({ linkIds }) => linkIds));
    for (const library of libraries) library.linkIds = [];
  }

  /**
   * Adds the sites at which reads are seen from their entry on, beside those at copies, which see no read that one of these
   * has noted. Writes stay where they are (docs/decisions/0040). @throws NativeError where one is refused: then all is as it was
   */
  addCalls(library: Library, path: string, { runtime, sites }: ChosenSites): void {
    const added = sites.filter((site) => NOTED_READS.has(site.function));
    library.linkIds.push(...this.#stand(library, path, runtime, added));
    library.sites = [...library.sites, ...added];
  }

  /** those at copies of all of them, together */
  dropCopies(...libraries: Library[]): void {
    const isAtCopy = ({ sites }: Library, place: number) => isCopy(sites[place] as LibrarySite);
    this.session.detach(
      ...libraries.flatMap((library) => library.linkIds.filter((_, place) => isAtCopy(library, place))),
    );
    for (const library of libraries) {
      library.linkIds = library.linkIds.filter((_, place) => !isAtCopy(library, place));
      library.sites = library.sites.filter((site) => !isCopy(site));
    }
  }

  #stand(library: Library, path: string, runtime: Runtime, sites: readonly LibrarySite[]): number[] {
    const linkIds: number[] = [];
    const probed = pathBelowOverlays(path);
    try {
      // Ends first: a connection that is seen to begin is then seen to end.
      for (const site of sites.toReversed()) {
        const { kind, offset } = site;
        const cookie = cookieOf(runtime, site);
        linkIds.unshift(
          this.session.attachUprobe({ path: probed, offset, cookie, link: library.link, kind }),
        );
      }
      return linkIds;
    } catch (error) {
      this.session.detach(...linkIds);
      throw error;
    }
  }
}
