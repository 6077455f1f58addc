import fc from "fast-check";
import { expect, test } from "vitest";
import { CompleteUntil } from "./complete-until.js";

test("never claims more than has arrived, and never goes back", () => {
  const steps = fc.array(
    fc.record({ made: fc.nat(5), arrives: fc.nat(8), waitUs: fc.integer({ min: 1, max: 90_000 }) }),
  );
  fc.assert(
    fc.property(steps, (list) => {
      const complete = new CompleteUntil(0);
      const madeAt: number[] = [];
      let received = 0;
      let nowUs = 1_000_000;
      let last = 0;
      for (const { made, arrives, waitUs } of list) {
        nowUs += waitUs;
        for (let i = 0; i < made; i++) madeAt.push(nowUs);
        received = Math.min(madeAt.length, received + arrives);
        complete.observe(madeAt.length, received, nowUs);
        expect(complete.untilUs).toBeGreaterThanOrEqual(last);
        last = complete.untilUs;
        for (const at of madeAt.slice(received)) expect(at).toBeGreaterThanOrEqual(last);
      }
    }),
  );
});

test("goes back with the host's clock, and waits for nothing that was asked by the one before", () => {
  const complete = new CompleteUntil(0);
  complete.observe(10, 10, 9_000_000);
  complete.observe(12, 10, 9_100_000);
  complete.setBack(5_000_000);
  expect(complete.untilUs).toBe(4_950_000);
  complete.observe(13, 12, 5_100_000);
  expect(complete.untilUs).toBe(4_950_000);
  complete.observe(13, 13, 5_200_000);
  expect(complete.untilUs).toBe(5_150_000);
});

test("comes up to now when all is here", () => {
  const complete = new CompleteUntil(0);
  complete.observe(10, 10, 5_000_000);
  expect(complete.untilUs).toBe(4_950_000);
});
