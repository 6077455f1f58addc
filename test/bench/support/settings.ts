import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { z } from "zod";
import { WORKLOADS } from "./workloads.js";

const positive = (fallback: number) => z.coerce.number().positive().default(fallback);
const schema = z.object({
  BENCH_ROUNDS: positive(7).pipe(z.int()),
  BENCH_SECONDS: positive(4).pipe(z.int()),
  BENCH_WARM_SECONDS: positive(2).pipe(z.int()),
  BENCH_AGENT_WARM_SECONDS: positive(10).pipe(z.int()),
  BENCH_TRIES: positive(50).pipe(z.int()),
  BENCH_CLEAR_TEXT: z.enum(["on", "off"]).default("on"),
  BENCH_ROLE: z.enum(["server"]).optional(),
  BENCH_TLS_SEEN_AT: z.enum(["copy", "call"]).default("copy"),
  BENCH_EXCHANGES: z
    .string()
    .default("200000,1000000")
    .transform((list) => list.split(",").map(Number))
    .pipe(z.array(z.int().positive()).min(1)),
  BENCH_WORKLOAD: z.enum(WORKLOADS).optional(),
  BENCH_OBJECTS: z
    .string()
    .default(BUILT_OBJECT)
    .transform((list) => list.split(",")),
});

/** How long the benchmarks take: rounds, whole seconds a measure and its warm-up (longer after an agent began: its code is compiled as it runs), tries; of how many exchanges usage is asked for, ascending; where reads of OpenSSL are seen; whether HTTP in clear is read; of which role of the measured server exchanges are asked for, both where none is set; what it does; and which builds of the kernel programs are compared. @throws ZodError */
export const benchSettings = () => {
  const read = schema.parse(process.env);
  return {
    rounds: read.BENCH_ROUNDS,
    seconds: read.BENCH_SECONDS,
    warmSeconds: read.BENCH_WARM_SECONDS,
    agentWarmSeconds: read.BENCH_AGENT_WARM_SECONDS,
    tries: read.BENCH_TRIES,
    exchanges: read.BENCH_EXCHANGES,
    tlsSeenAt: read.BENCH_TLS_SEEN_AT,
    readsClearText: read.BENCH_CLEAR_TEXT === "on",
    objects: read.BENCH_OBJECTS,
    role: read.BENCH_ROLE,
    workloads: read.BENCH_WORKLOAD === undefined ? WORKLOADS : [read.BENCH_WORKLOAD],
  };
};
