import fc from "fast-check";
import { expect, it } from "vitest";
import { planOf, type UsageWindow, widened, windowSpan } from "./usage-query.rules.js";

const MINUTE_US = 60_000_000;
const start = Date.UTC(2026, 0, 1) * 1_000;
const range = fc
  .tuple(fc.integer({ min: 0, max: 5 * 86_400 }), fc.integer({ min: 0, max: 5 * 86_400 }))
  .map(([a, b]) => ({
    fromUs: start + Math.min(a, b) * 1_000_000 + 1,
    toUs: start + Math.max(a, b) * 1_000_000 + 2,
  }));
const level = fc.constantFrom("minute", "quarter_hour");
const window = fc.constantFrom<UsageWindow>("minute", "hour", "day", "total");
const isWithin = (time: number, { fromUs, toUs }: { fromUs: number; toUs: number }) =>
  fromUs <= time && time < toUs;

it("widens outwards to whole buckets, by less than one a side", () => {
  fc.assert(
    fc.property(range, level, (asked, by) => {
      const step = by === "minute" ? MINUTE_US : 15 * MINUTE_US;
      const wide = widened(asked, by);
      expect([wide.fromUs % step, wide.toUs % step]).toEqual([0, 0]);
      expect(asked.fromUs - wide.fromUs).toBeGreaterThanOrEqual(0);
      expect(asked.fromUs - wide.fromUs).toBeLessThan(step);
      expect(wide.toUs - asked.toUs).toBeGreaterThanOrEqual(0);
      expect(wide.toUs - asked.toUs).toBeLessThan(step);
    }),
  );
});

it("reads coarse buckets only where they lie wholly in the range and in one window", () => {
  fc.assert(
    fc.property(range, window, (asked, by) => {
      const wide = widened(asked, "minute");
      const { quarters, days } = planOf(wide, by);
      for (const [part, step] of [[quarters, 15 * MINUTE_US] as const, [days, 1_440 * MINUTE_US] as const]) {
        if (part.fromUs === part.toUs) continue;
        expect([part.fromUs % step, part.toUs % step]).toEqual([0, 0]);
        expect(isWithin(part.fromUs, wide) && part.toUs <= wide.toUs).toBe(true);
      }
      if (days.fromUs < days.toUs)
        expect(isWithin(days.fromUs, quarters) && days.toUs <= quarters.toUs).toBe(true);
      if (by === "minute") expect(quarters.fromUs).toBe(quarters.toUs);
      if (by === "hour") expect(days.fromUs).toBe(days.toUs);
    }),
  );
});

it("cuts the first and the last window to the range", () => {
  const cut = { fromUs: start + 90 * MINUTE_US, toUs: start + 150 * MINUTE_US };
  const hour = 60 * MINUTE_US;
  expect(windowSpan(start + hour, "hour", cut)).toEqual({ fromUs: cut.fromUs, toUs: start + 2 * hour });
  expect(windowSpan(start + 2 * hour, "hour", cut)).toEqual({ fromUs: start + 2 * hour, toUs: cut.toUs });
  expect(windowSpan(cut.fromUs, "total", cut)).toEqual(cut);
});
