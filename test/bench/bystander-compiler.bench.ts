import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { startCompiler } from "./support/bystander.js";
import { measureBystander } from "./support/bystander-overhead.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test("a compiler that is no target: untraced, with empty tracepoints, beside Masthead", () =>
  measureBystander(cleanup, {
    label: "a compiler at work that is no target",
    start: startCompiler,
    target: { of: "untraced", atLeast: 0.98 },
  }));
