import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { nginxServer } from "./support/nginx-server.js";
import { measureOverhead } from "./support/overhead.js";
import { serverTargets } from "./support/overhead-targets.js";
import { benchSettings } from "./support/settings.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test.each(benchSettings().workloads)(
  "nginx in clear under wrk, %s: untraced, traced by empty tracepoints, traced by Masthead",
  (name) =>
    measureOverhead(cleanup, {
      label: `clear text, ${name}`,
      start: nginxServer(name, { clearText: true }),
      targets: serverTargets,
    }),
);
