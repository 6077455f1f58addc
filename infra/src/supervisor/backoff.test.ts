import { expect, it } from "vitest";
import { backoff } from "./backoff.js";

it("doubles up to its bound, and is quick again after a steady run", () => {
  const wait = backoff();
  expect([1, 2, 3, 4, 5, 6, 7, 8].map(() => wait(10))).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
  ]);
  expect(wait(60_000)).toBe(500);
  expect(wait(10)).toBe(1000);
});
