import { expect, test } from "vitest";
import type { ProbeSite } from "../../capture/native-session.js";
import type { LibrarySite, SiteFunction } from "../sites/site.js";
import { hasCopies, type Library, LibraryProbes, notesReads } from "./library-probes.js";

const site = (name: SiteFunction, offset: number): LibrarySite => ({
  ...{ function: name, symbol: name, inner: true, offset, kind: "call", cost: "emulated" },
});
const COPIES = [site("read_copy", 1), site("read_copy", 2), site("handshake", 3), site("write_copy", 4)];
const CALLS = [site("read_ex", 5), site("write_ex", 6)];

/** Probes over a session that keeps what stands, by the ids of links; it refuses those at `refused`. */
const probes = (refused?: number) => {
  const standing = new Map<number, number>();
  let lastId = 100;
  const session = {
    attachUprobe: ({ offset }: ProbeSite) => {
      if (offset === refused) throw new Error("refused");
      lastId += 1;
      standing.set(lastId, offset);
      return lastId;
    },
    detach: (...ids: number[]) => {
      for (const id of ids) standing.delete(id);
    },
  };
  const offsets = () => [...standing.values()].sort();
  return { probes: new LibraryProbes(session), standing, offsets };
};

const library = (): Library => ({
  ...{ identity: "8:1:2", path: "/lib/libssl.so.3", link: "session", sites: [], linkIds: [] },
  ...{ isUnknownBuild: false, retryAtScan: 0, isProgram: false, pids: new Set(), cached: true },
});

test("calls are added beside copies, and copies go: what stands is what the library says", () => {
  const { probes: its, standing, offsets } = probes();
  const one = library();
  its.attach(one, one.path, { runtime: "openssl", sites: COPIES });
  expect([hasCopies(one), notesReads(one)]).toEqual([true, false]);
  its.addCalls(one, one.path, { runtime: "openssl", sites: CALLS });
  expect([hasCopies(one), notesReads(one)]).toEqual([true, true]);
  expect(offsets()).toEqual([1, 2, 3, 4, 5]);
  its.dropCopies(one);
  expect([hasCopies(one), notesReads(one)]).toEqual([false, true]);
  expect(offsets()).toEqual([3, 4, 5]);
  expect(one.linkIds.map((id) => standing.get(id))).toEqual(one.sites.map(({ offset }) => offset));
  its.detach(one);
  expect(offsets()).toEqual([]);
});

test("calls that are refused leave everything as it was", () => {
  const { probes: its, offsets } = probes(5);
  const one = library();
  its.attach(one, one.path, { runtime: "openssl", sites: COPIES });
  const before = structuredClone(one);
  const more = [site("read_ex", 5), site("read", 6)];
  expect(() => its.addCalls(one, one.path, { runtime: "openssl", sites: more })).toThrow("refused");
  expect(one).toEqual(before);
  expect(offsets()).toEqual([1, 2, 3, 4]);
});
