import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentIdSchema } from "@masthead/shared/ids";
import type { Batch } from "@masthead/shared/wire/batch";
import { decodeBatch } from "@masthead/shared/wire/codec";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LossCounts } from "../losses.js";
import { Meter } from "../meter/meter.js";
import { Sampler } from "../meter/sampling.js";
import { SeriesBound } from "../meter/series-bound.js";
import { makeExchange } from "../testing/exchange.js";
import { Batcher } from "./batcher.js";
import { AgentLedger, imbalanceOf } from "./ledger.js";
import { Spool } from "./spool.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "masthead-batcher-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** The kernel, the ring and pairing as numbers; metering and everything after it for real. */
async function agent(spoolDir: string, maxSpoolBytes: number, maxSeries = 1000) {
  const losses = new LossCounts();
  const kernel = { captured: 0, lost: 0 };
  const counts = { received: 0, ungoverned: 0, pairing: 0 };
  const ledger = new AgentLedger(
    {
      kernel: () => ({
        captured: kernel.captured,
        lost: [{ stage: "ring", reason: "full", count: kernel.lost }],
      }),
      requestsReceived: () => counts.received,
      ungoverned: () => counts.ungoverned,
      pairing: () => counts.pairing,
    },
    losses,
  );
  const { spool } = await Spool.open(spoolDir, maxSpoolBytes);
  const payloads: Buffer[] = [];
  const pressure: boolean[] = [];
  const batcher = new Batcher(
    {
      agentId: agentIdSchema.parse("a1"),
      epoch: 5,
      host: { id: "h", name: "n" },
      maxWaiting: 2,
      nowUs: () => 1,
      completeUntilUs: () => 1,
      onSpooled: (_batch, payload) => payloads.push(payload),
      onBackPressure: (behind) => pressure.push(behind),
      onWriteFailed: () => undefined,
    },
    spool,
    ledger,
  );
  const meter = new Meter(
    ({ path }) => path,
    new Sampler(() => 0),
    new SeriesBound(maxSeries),
    losses,
    batcher,
  );
  const batches = () => Promise.all(payloads.map((payload) => decodeBatch(payload)));
  return { kernel, counts, ledger, spool, batcher, meter, batches, pressure };
}

test("what the kernel counts after the end of an epoch is in no account of it", async () => {
  const { kernel, counts, ledger } = await agent(dir, 1e6);
  Object.assign(kernel, { captured: 10, lost: 2 });
  Object.assign(counts, { received: 5, pairing: 4 });
  ledger.batched = 1;
  ledger.endEpoch();
  const ended = ledger.snapshot();
  expect(ended.lost).toContainEqual({ stage: "agent", reason: "epoch_ended", count: 3 + 4 });
  expect([ended.captured, ended.pending, imbalanceOf(ended)]).toEqual([10, 0, 0]);
  // Its programs run until they are let go.
  Object.assign(kernel, { captured: 17, lost: 5 });
  expect(ledger.snapshot()).toEqual({ ...ended, serial: (ended.serial ?? 0) + 1 });
});

const counted = (batch: Batch): number => batch.usage.reduce((sum, { requests }) => sum + requests, 0);
const balance = ({ captured, batched, lost, pending }: Batch["ledger"]): number =>
  captured - batched - pending - lost.reduce((sum, { count }) => sum + count, 0);

test("captured = batched + lost + pending, in every batch and at every step", async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("capture" as const), n: fc.nat(20) }),
    fc.record({ do: fc.constant("ring full" as const), n: fc.nat(5) }),
    fc.record({ do: fc.constant("receive" as const), n: fc.nat(20) }),
    fc.record({ do: fc.constant("ungoverned" as const), n: fc.nat(3) }),
    fc.record({ do: fc.constant("end" as const), n: fc.nat(20) }),
    fc.record({ do: fc.constant("flush" as const), n: fc.constant(0) }),
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.boolean(), async (steps, tight) => {
      const { kernel, counts, ledger, batcher, meter, batches } = await agent(
        join(dir, String(run++)),
        tight ? 2_000 : 1e9,
        tight ? 5 : 1000,
      );
      let inRing = 0;
      let path = 0;
      for (const { do: what, n } of steps) {
        if (what === "capture") [kernel.captured, inRing] = [kernel.captured + n, inRing + n];
        if (what === "ring full") [kernel.captured, kernel.lost] = [kernel.captured + n, kernel.lost + n];
        const received = Math.min(n, inRing);
        if (what === "receive" || what === "ungoverned") {
          inRing -= received;
          counts.received += received;
          counts[what === "receive" ? "pairing" : "ungoverned"] += received;
        }
        if (what === "end")
          for (let i = Math.min(n, counts.pairing); i > 0; i--) {
            counts.pairing -= 1;
            meter.record(makeExchange({ path: `/p/${path++ % 9}`, tenant: `t${path % 7}` }));
          }
        if (what === "flush") await batcher.flush();
        expect(imbalanceOf(ledger.snapshot())).toBe(0);
      }
      await batcher.flush();
      const made = await batches();
      for (const batch of made) expect(balance(batch.ledger)).toBe(0);
      expect(made.map(({ seq }) => seq)).toEqual(made.map((_, i) => i + 1));
      expect(made.reduce((sum, batch) => sum + counted(batch), 0)).toBe(ledger.batched);
      for (const batch of made)
        expect(batch.ledger.batched).toBe(
          made.slice(0, batch.seq).reduce((sum, earlier) => sum + counted(earlier), 0),
        );
    }),
    { numRuns: 50 },
  );
});

test("what the spool has no room for is lost before it has a seq", async () => {
  const { meter, batcher, ledger, batches } = await agent(dir, 0);
  meter.record(makeExchange());
  await batcher.flush();
  expect(batcher.lastSeq).toBe(0);
  expect(ledger.losses.list()).toEqual([{ stage: "spool", reason: "full", count: 1 }]);
  expect(await batches()).toEqual([]);
});

test("what cannot be written is lost by name, and its seq is given to the next", async () => {
  const { meter, batcher, ledger, batches } = await agent(dir, 1e9);
  // A file in the place of the epoch's folder: fails for root, too.
  await writeFile(join(dir, "5"), "");
  meter.record(makeExchange());
  await batcher.flush();
  expect(ledger.losses.list()).toEqual([{ stage: "spool", reason: "write_failed", count: 1 }]);
  await rm(join(dir, "5"));
  await chmod(dir, 0o700);
  meter.record(makeExchange());
  await batcher.flush();
  expect((await batches()).map(({ seq, ledger: { batched } }) => [seq, batched])).toEqual([[1, 1]]);
});

test("a full batch is closed at once, and a disk that is behind pauses the reader until it has caught up", async () => {
  const { meter, batcher, pressure, batches } = await agent(dir, 1e9);
  for (let i = 0; i < 10_000; i++) meter.record(makeExchange());
  expect(pressure).toEqual([true]);
  await batcher.flush();
  expect(pressure).toEqual([true, false]);
  const made = await batches();
  expect(made.reduce((sum, { exchanges }) => sum + exchanges.length, 0)).toBe(10_000);
  for (const batch of made) expect(counted(batch)).toBe(batch.exchanges.length);
});
