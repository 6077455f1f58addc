import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { nginxServer } from "./support/nginx-server.js";
import { measureOverhead } from "./support/overhead.js";
import { nginxTargets } from "./support/overhead-targets.js";
import { benchSettings } from "./support/settings.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test.each(benchSettings().workloads)(
  "nginx with TLS under wrk, %s: untraced, traced by empty probes, traced by Masthead",
  (name) =>
    measureOverhead(cleanup, {
      label: name,
      start: nginxServer(name, { clearText: false }),
      targets: nginxTargets,
    }),
);
