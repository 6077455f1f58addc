import { z } from "zod";

const positive = (fallback: number) => z.coerce.number().positive().default(fallback);
const schema = z.object({
  BENCH_ROUNDS: positive(7).pipe(z.int()),
  BENCH_SECONDS: positive(4).pipe(z.int()),
  BENCH_WARM_SECONDS: positive(2).pipe(z.int()),
  BENCH_TRIES: positive(50).pipe(z.int()),
});

/** How long the benchmarks take: rounds, whole seconds a measure and its warm-up, tries. @throws ZodError */
export const benchSettings = () => {
  const read = schema.parse(process.env);
  return {
    rounds: read.BENCH_ROUNDS,
    seconds: read.BENCH_SECONDS,
    warmSeconds: read.BENCH_WARM_SECONDS,
    tries: read.BENCH_TRIES,
  };
};
