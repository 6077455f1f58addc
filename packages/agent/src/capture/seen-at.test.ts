import { expect, test } from "vitest";
import { endsShadowedCalls } from "./seen-at.js";

const cpuInfo = (flags: string): string => `processor\t: 0\nflags\t\t: ${flags}\nbugs\t\t: \n`;

test("a host whose programs may have shadow stacks says so among the flags of its processors", () => {
  expect(endsShadowedCalls("6.12.41-amd64", cpuInfo("fpu vme user_shstk avx"))).toBe(true);
  expect(endsShadowedCalls("6.12.41-amd64", cpuInfo("fpu vme avx"))).toBe(false);
  expect(endsShadowedCalls("6.12.41-amd64", cpuInfo("fpu no_user_shstk_x"))).toBe(false);
  expect(endsShadowedCalls("6.12.41-amd64", "")).toBe(false);
});

test.each(["6.18.0", "6.18-rc1", "6.19.3-cloud", "7.0.0"])("Linux %s keeps them right", (release) => {
  expect(endsShadowedCalls(release, cpuInfo("user_shstk"))).toBe(false);
});

test.each(["6.17.9", "6.6.1", "5.19.0", "", "what is this"])("Linux %s does not", (release) => {
  expect(endsShadowedCalls(release, cpuInfo("user_shstk"))).toBe(true);
});
