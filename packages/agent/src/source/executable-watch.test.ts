import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SeenFile } from "../capture/policy-bytes.js";
import { SeenExecutables } from "../capture/policy-executables.js";
import { ExecutableWatch } from "./executable-watch.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Tables in which a policy names what lies below /srv; a set may be refused as often as said. */
const watching = (refusals = 0) => {
  const told: string[] = [];
  const seen = new SeenExecutables();
  let left = refusals;
  const watch = new ExecutableWatch(
    {
      knows: (file, path) => seen.has(file, path),
      addExecutable: (file, path) => {
        seen.add({ ...file, path });
        return path.startsWith("/srv/");
      },
      renew: () => {
        if (left-- > 0) throw new Error("ENOMEM");
        told.push("in force");
      },
    },
    { onRenewed: () => told.push("renewed"), onFailed: ({ message }) => told.push(message) },
  );
  return { watch, told };
};
const file = (inode: number, bornNs?: bigint) => ({ device: 1, inode, ...(bornNs && { bornNs }) });
const NO_PROCESS = 0;

test("a program that becomes a target is one soon, and those that begin at once together", () => {
  const { watch, told } = watching();
  watch.sighted(NO_PROCESS, file(1), "/srv/one");
  watch.sighted(NO_PROCESS, file(2), "/srv/two");
  watch.sighted(NO_PROCESS, file(3), "/usr/bin/other");
  expect(told).toEqual([]);
  vi.advanceTimersByTime(50);
  expect(told).toEqual(["in force", "renewed"]);
  watch.sighted(NO_PROCESS, file(1), "/srv/one");
  vi.advanceTimersByTime(1_000);
  expect(told).toHaveLength(2);
});

test("a number that another file got is told to the tables again, by each of its names once", () => {
  const told: string[] = [];
  const seen = new SeenExecutables();
  const knows = (file: SeenFile, path: string) => seen.has(file, path);
  const addExecutable = (file: SeenFile, path: string) => {
    seen.add({ ...file, path });
    told.push(`${path} of ${file.bornNs}`);
    return false;
  };
  const watch = new ExecutableWatch(
    { knows, addExecutable, renew: () => {} },
    { onRenewed: () => {}, onFailed: () => {} },
  );
  for (const [born, path] of [
    [1n, "/srv/one"],
    [1n, "/srv/one"],
    [1n, "/srv/link"],
    [2n, "/usr/bin/other"],
    [3n, "/srv/one"],
  ] as const)
    watch.sighted(NO_PROCESS, file(1, born), path);
  expect(told).toEqual(["/srv/one of 1", "/srv/link of 1", "/usr/bin/other of 2", "/srv/one of 3"]);
});

test("where that is refused the next scan tries again", () => {
  const { watch, told } = watching(1);
  watch.sighted(NO_PROCESS, file(1), "/srv/one");
  vi.advanceTimersByTime(50);
  expect(told).toEqual(["ENOMEM"]);
  watch.scan();
  expect(told).toEqual(["ENOMEM", "in force", "renewed"]);
});

test("nothing is put in force any more once it has stopped", () => {
  const { watch, told } = watching();
  watch.sighted(NO_PROCESS, file(1), "/srv/one");
  watch.stop();
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([]);
});
