import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { startSystemCalls } from "./support/bystander.js";
import { measureBystander } from "./support/bystander-overhead.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test("a bystander that loops over a system call: untraced, with empty tracepoints, beside Masthead", () =>
  measureBystander(cleanup, {
    label: "a program that loops over a system call and is no target",
    start: startSystemCalls,
    target: { of: "floor", atLeast: 0.98 },
  }));
