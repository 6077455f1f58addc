// `npm run bench [NAME ...]`: the benchmarks in the order of their names, one after the other, since they measure this host.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { command } from "./bootstrap/command.mjs";
import { ROOT, setUp } from "./bootstrap/set-up.mjs";
import { runMain, Stopped } from "./bootstrap/stopped.mjs";
import { checkSystem } from "./bootstrap/system.mjs";

const HELP = `npm run bench [NAME ...]    all benchmarks, or those whose file in test/bench has NAME in its name:

  nginx        nginx with TLS: untraced, with empty probes, with Masthead
  servers      the same for nginx in clear (servers-clear-text), Node and Caddy with TLS (servers-node, servers-caddy)
  agent-by-turns, programs-by-turns
               an agent, and the kernel programs alone, by turns of a fifth of a second with empty ones: each of these servers
  programs-cost
               what each kernel program takes of a request, by the kernel's statistics, or of several builds (BENCH_OBJECTS)
  bystander    programs that are no target: a loop over a system call, a compiler (bystander-system-calls, bystander-compiler)
  timings, aggregate
               what each timing of a policy adds to a request of nginx; records beside counting in the kernel (aggregate: true)
  agent-stages, ingest, policy-latency
               the agent's stages, what the drain writes in a second, how long a policy takes to be in force
  usage-queries, wire-to-usage
               a tenant's report and the ten largest, beside the same asked of raw exchanges; from the wire to /v1/usage

  BENCH_ROUNDS, BENCH_SECONDS, BENCH_WARM_SECONDS, BENCH_AGENT_WARM_SECONDS
               how many interleaved rounds (7), of how many seconds (4), after how many (2; 10 for a new agent)
  BENCH_TRIES, BENCH_EXCHANGES
               tries of what is asked for one by one (50); exchanges that usage is asked of (200000,1000000)
  BENCH_CLEAR_TEXT
               off: HTTP in clear is not read, so a request of nginx's gateway is one exchange and not two
  BENCH_ROLE
               server: the policy asks about the server's side only, so that is one exchange, too
  BENCH_WORKLOAD
               what a measured server does: alone (a few bytes, no log) or gateway; without it, both
  BENCH_OBJECTS
               builds of the kernel programs that programs-cost compares, by their paths (A.bpf.o,B.bpf.o): that of this tree

docs/decisions/0016 says how they measure, and which targets are read on what.`;

await runMain(async () => {
  const wanted = process.argv.slice(2);
  if (wanted.some((word) => word === "--help" || word === "-h")) {
    console.log(HELP);
    return;
  }
  const files = readdirSync(join(ROOT, "test/bench"))
    .filter(
      (name) =>
        name.endsWith(".bench.ts") && (wanted.length === 0 || wanted.some((part) => name.includes(part))),
    )
    .sort();
  if (files.length === 0)
    throw new Stopped(`No benchmark has ${wanted.join(" or ")} in its name.\n\n${HELP}`);
  checkSystem();
  const withoutCapture = await setUp({ forTests: true, home: join(ROOT, ".masthead") });
  if (withoutCapture) throw new Stopped(`The benchmarks trace programs: ${withoutCapture}.`);
  for (const file of files) {
    await command(
      process.execPath,
      ["node_modules/vitest/vitest.mjs", "run", "--config", "vitest.bench.config.ts", `test/bench/${file}`],
      { cwd: ROOT, interactive: true },
    );
  }
});
