import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketEnd, bucketStart, USAGE_LEVELS } from "./levels.rules.js";
import { finestOf, nearestRange, planOf, widened } from "./usage-plan.rules.js";

const at = (text: string) => Date.parse(text) * 1_000;
const MINUTE_US = 60_000_000;
const EVER = { minute: 0, quarter: 0, day: 0, month: 0 };
const HELD = {
  minute: Date.parse("2026-10-06") / 1_000,
  quarter: Date.parse("2025-10-01") / 1_000,
  day: Date.parse("2021-11-01") / 1_000,
  month: Date.parse("2015-01-01") / 1_000,
};
const first = at("2014-06-01");
const minutes = (at("2026-11-10") - first) / MINUTE_US;
const range = fc
  .tuple(
    fc.integer({ min: 0, max: minutes }),
    fc.integer({ min: 0, max: minutes }),
    fc.constantFrom(1, 15, 1_440),
  )
  .map(([a, b, step]) => {
    const on = (minute: number) => first + Math.floor(minute / step) * step * MINUTE_US;
    return { fromUs: on(Math.min(a, b)), toUs: on(Math.max(a, b)) };
  });

describe("a plan", () => {
  it("covers each minute of a stretch once, by whole buckets that are held", () => {
    fc.assert(
      fc.property(range, fc.constantFrom(EVER, HELD), (asked, horizon) => {
        const plan = planOf([asked], horizon);
        if ("stretch" in plan) return;
        const pieces = USAGE_LEVELS.flatMap((level) => plan[level].map((piece) => ({ level, ...piece })));
        pieces.sort((a, b) => a.fromUs - b.fromUs);
        let end = asked.fromUs;
        for (const { level, fromUs, toUs } of pieces) {
          expect(fromUs).toBe(end);
          expect(fromUs).toBeLessThan(toUs);
          expect(bucketStart(level, fromUs / 1e6) * 1e6).toBe(fromUs);
          expect(bucketStart(level, toUs / 1e6) * 1e6).toBe(toUs);
          expect(fromUs).toBeGreaterThanOrEqual(horizon[level] * 1e6);
          end = toUs;
        }
        expect(end).toBe(asked.toUs);
      }),
    );
  });

  it("reads no finer buckets than it has to", () => {
    const plan = planOf([{ fromUs: at("2026-01-31T23:59:00Z"), toUs: at("2026-03-02T00:15:00Z") }], EVER);
    expect(plan).toEqual({
      minute: [{ fromUs: at("2026-01-31T23:59:00Z"), toUs: at("2026-02-01") }],
      month: [{ fromUs: at("2026-02-01"), toUs: at("2026-03-01") }],
      day: [{ fromUs: at("2026-03-01"), toUs: at("2026-03-02") }],
      quarter: [{ fromUs: at("2026-03-02"), toUs: at("2026-03-02T00:15:00Z") }],
    });
    expect("stretch" in plan || finestOf(plan)).toBe("minute");
  });

  it("is there for everything while nothing was dropped, and says what is missing otherwise", () => {
    fc.assert(
      fc.property(range, (asked) => {
        expect("stretch" in planOf([asked], EVER)).toBe(false);
        const plan = planOf([asked], HELD);
        if (!("stretch" in plan)) return;
        const { stretch, needs } = plan;
        expect(asked.fromUs <= stretch.fromUs && stretch.toUs <= asked.toUs).toBe(true);
        expect(stretch.fromUs).toBeLessThan(HELD[needs] * 1e6);
      }),
    );
  });

  it("has a nearest range that can be answered, around what is asked wherever that is held at all", () => {
    fc.assert(
      fc.property(range, (asked) => {
        if (asked.fromUs === asked.toUs) return;
        const nearest = nearestRange(asked, HELD);
        expect("stretch" in planOf([nearest], HELD)).toBe(false);
        if (asked.fromUs < HELD.month * 1e6) return;
        expect(nearest.fromUs).toBeLessThanOrEqual(asked.fromUs);
        expect(nearest.toUs).toBeGreaterThanOrEqual(asked.toUs);
        const month = bucketStart("month", asked.fromUs / 1e6);
        expect(nearest.fromUs).toBeGreaterThanOrEqual(month * 1e6);
        expect(nearest.toUs).toBeLessThanOrEqual(bucketEnd("month", asked.toUs / 1e6) * 1e6);
      }),
    );
  });
});

it("widens outwards to whole minutes, and leaves an empty range empty", () => {
  expect(widened({ fromUs: MINUTE_US + 1, toUs: 2 * MINUTE_US + 1 })).toEqual({
    fromUs: MINUTE_US,
    toUs: 3 * MINUTE_US,
  });
  expect(widened({ fromUs: 7, toUs: 7 })).toEqual({ fromUs: 7, toUs: 7 });
});
