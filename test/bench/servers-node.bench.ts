import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { nodeServer } from "./support/node-server.js";
import { measureOverhead } from "./support/overhead.js";
import { serverTargets } from "./support/overhead-targets.js";
import { benchSettings } from "./support/settings.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test.each(benchSettings().workloads)(
  "Node with TLS under wrk, %s: untraced, traced by empty probes, traced by Masthead",
  (name) =>
    measureOverhead(cleanup, { label: `Node, ${name}`, start: nodeServer(name), targets: serverTargets }),
);
