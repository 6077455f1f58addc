import { expect, test } from "vitest";
import { mayHaveShadowStacks } from "./read-places.js";

const cpuInfo = (flags: string): string => `processor\t: 0\nflags\t\t: ${flags}\nbugs\t\t: \n`;

test("a host whose programs may have shadow stacks says so among the flags of its processors", () => {
  expect(mayHaveShadowStacks(cpuInfo("fpu vme user_shstk avx"))).toBe(true);
  expect(mayHaveShadowStacks(cpuInfo("fpu vme avx"))).toBe(false);
  expect(mayHaveShadowStacks(cpuInfo("fpu no_user_shstk_x"))).toBe(false);
  expect(mayHaveShadowStacks("")).toBe(false);
});
