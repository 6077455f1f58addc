import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { nodeServer } from "./support/node-server.js";
import { measureOverhead } from "./support/overhead.js";
import { serverTargets } from "./support/overhead-targets.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test("Node with TLS under wrk: untraced, traced by empty probes, traced by Masthead", () =>
  measureOverhead(cleanup, { label: "Node", start: nodeServer, targets: serverTargets }));
