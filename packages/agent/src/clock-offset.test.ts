import { expect, test } from "vitest";
import { ClockOffset } from "./clock-offset.js";

function clocks() {
  const time = { monotonicUs: 1_000_000, realtimeUs: 1_780_000_000_000_000 };
  const offset = new ClockOffset(
    () => time.monotonicUs,
    () => time.realtimeUs,
  );
  const pass = (us: number, realtimeUs = us) => {
    time.monotonicUs += us;
    time.realtimeUs += realtimeUs;
    return offset.refresh();
  };
  return { time, offset, pass };
}

test("kernel time becomes Unix time", () => {
  const { offset } = clocks();
  expect(offset.toUnixUs(1_000_500_999n)).toBe(1_780_000_000_000_500);
});

test("a clock set forward is followed at once", () => {
  const { offset, time, pass } = clocks();
  pass(1_000_000, 61_000_000);
  expect(offset.nowUs()).toBe(time.realtimeUs);
});

test("a small step back is slewed: time never goes backwards", () => {
  const { offset, time, pass } = clocks();
  let last = offset.nowUs();
  pass(1_000_000, -1_000_000);
  for (let second = 0; second < 6; second += 1) {
    expect(offset.nowUs()).toBeGreaterThan(last);
    last = offset.nowUs();
    pass(1_000_000);
  }
  expect(offset.nowUs()).toBe(time.realtimeUs);
  expect(offset.stepsBack).toBe(0);
});

test("a large step back is taken, counted and told once", () => {
  const { offset, time, pass } = clocks();
  expect(pass(1_000_000, -9_000_000)).toBe(false);
  expect(pass(1_000_000, -3_600_000_000)).toBe(true);
  expect(pass(1_000_000)).toBe(false);
  expect(offset.nowUs()).toBe(time.realtimeUs);
  expect(offset.stepsBack).toBe(1);
});
