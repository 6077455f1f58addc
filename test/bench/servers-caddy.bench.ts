import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { caddyIsLeftOut, caddyServer } from "./support/caddy-server.js";
import { measureOverhead } from "./support/overhead.js";
import { serverTargets } from "./support/overhead-targets.js";
import { benchSettings } from "./support/settings.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());
const why = caddyIsLeftOut();
if (why !== undefined) console.log(`Caddy is left out: ${why}`);

test.skipIf(why !== undefined).each(benchSettings().workloads)(
  "Caddy with TLS under wrk, %s: untraced, traced by empty probes, traced by Masthead",
  (name) =>
    measureOverhead(cleanup, { label: `Caddy, ${name}`, start: caddyServer(name), targets: serverTargets }),
);
