import { expect, test } from "vitest";
import { RecentLosses } from "./recent-losses.js";

function watch() {
  const time = { ms: 0 };
  const recent = new RecentLosses(() => time.ms);
  const account = { captured: 0, lost: new Map<string, number>() };
  /** After a time, in which so many were captured and lost. */
  const after = (ms: number, captured: number, lost: Record<string, number> = {}) => {
    time.ms += ms;
    account.captured += captured;
    for (const [name, count] of Object.entries(lost))
      account.lost.set(name, (account.lost.get(name) ?? 0) + count);
    const list = [...account.lost].map(([name, count]) => {
      const [stage = "", reason = ""] = name.split("/");
      return { stage, reason, count };
    });
    return recent.degraded({ captured: account.captured, batched: 0, pending: 0, lost: list });
  };
  return after;
}

test("says what was lost, until it is a minute ago", () => {
  const after = watch();
  expect(after(0, 0)).toEqual([]);
  expect(after(5_000, 1_000)).toEqual([]);
  const told = ["lost 30 of 2000 exchanges in the last minute: 20 ring/full, 10 ring/response_lost"];
  expect(after(5_000, 1_000, { "ring/full": 20, "ring/response_lost": 10 })).toEqual(told);
  expect(after(100, 0)).toEqual(told);
  expect(after(50_000, 0)).toEqual(told);
  expect(after(9_899, 0)).toEqual([
    "lost 30 of 1000 exchanges in the last minute: 20 ring/full, 10 ring/response_lost",
  ]);
  expect(after(1, 0)).toEqual([]);
  expect(after(5_000, 10, { "read/fault": 1 })).toEqual([
    "lost 1 of 10 exchanges in the last minute: 1 read/fault",
  ]);
});

test("does not speak of one in more than a hundred", () => {
  const after = watch();
  expect(after(0, 10_000, { "ring/full": 99 })).toEqual([]);
  expect(after(1_000, 0, { "ring/full": 1 })).not.toEqual([]);
});

test("names the three greatest, and keeps as many accounts as it looks at", () => {
  const after = watch();
  const lost = { "ring/full": 1, "read/fault": 4, "calls/full": 3, "scratch/busy": 2 };
  expect(after(0, 10, lost)).toEqual([
    "lost 10 of 10 exchanges in the last minute: 4 read/fault, 3 calls/full, 2 scratch/busy, others",
  ]);
  for (let i = 0; i < 10_000; i++) after(10, 1);
  expect(after(10, 1, { "ring/full": 1_000 })[0]).toMatch(/^lost 1000 of (59|60|61)\d\d exchanges/);
});
