import { type AgentId, agentIdSchema } from "@masthead/shared/ids";
import type { Log } from "../../deps.js";
import type { Database } from "../../platform/db/database.js";
import { ensurePartition } from "../../platform/db/partitions.store.js";
import { EXCHANGE_DAYS } from "../exchanges/index.js";
import { ensureUsagePartitions } from "../usage/index.js";
import type { UnreadableBatch } from "./batch-message.rules.js";
import { type DrainBudget, withinBudget } from "./budget.rules.js";
import { type Committed, commitBatches } from "./commit.service.js";
import { collectGroups } from "./group.rules.js";
import type { MessageQueue, QueuedMessage, WatermarkPublisher } from "./ingest.ports.js";
import { type PreparedBatch, prepareBatch } from "./prepared-batch.rules.js";
import { publishWatermarks } from "./publish-watermarks.service.js";
import { refuseMessage } from "./set-aside.service.js";

export interface DrainBatchesDeps {
  database: Database;
  queue: MessageQueue;
  watermarks: WatermarkPublisher;
  now(): number;
  log: Log;
  seriesCap?: number | undefined;
  exchangeDays?: number | undefined;
}

export interface DrainedBatches extends Committed {
  messages: number;
  /** set aside whole: not batches, or not ones that can be read */
  unreadable: number;
}

/** Groups that are committed at once, each on a connection: while one waits for this thread, Postgres has the other. */
export const DRAIN_TRANSACTIONS = 2;
/** One transaction takes no more once it has so many, or so much: an exchange is some 40 bytes of a message, and takes twenty times as much here. */
const GROUP_MESSAGES = 16;
const GROUP_BYTES = 640 * 1024;
/** Postgres was away: time for it to come back before the message does. */
const REDELIVER_AFTER_MS = 2_000;

/** What the groups of one drain share. */
interface Run {
  readonly total: DrainedBatches;
  /** days that are known to have partitions */
  readonly days: Set<string>;
  readonly unsettled: Set<QueuedMessage>;
  /** Watermarks are told one after the other, so that none is followed by an older one. */
  told: Promise<void>;
}

interface Pulled {
  message: QueuedMessage;
  agentId: AgentId;
  read: PreparedBatch | UnreadableBatch;
}

/**
 * Commits what the queue holds until the budget is spent or `signal` asks to end; while some groups are committed, the next is read. Messages are
 * acknowledged after the commit; then agents are told.
 * @throws what Postgres throws when it is away; what was taken and not committed is given back, and comes again
 */
export const drainBatches = async (
  deps: DrainBatchesDeps,
  budget: DrainBudget,
  signal?: AbortSignal,
): Promise<DrainedBatches> => {
  const run: Run = {
    total: { messages: 0, unreadable: 0, committed: 0, duplicates: 0, clashes: 0, exchanges: 0, setAside: 0 },
    days: new Set(),
    unsettled: new Set(),
    told: Promise.resolve(),
  };
  const failed = new AbortController();
  const end = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const messages = noting(
    run.unsettled,
    withinBudget(deps.queue, budget, () => deps.now() / 1000, end),
  );
  const settling = new Set<Promise<void>>();
  try {
    for await (const group of collectGroups(messages, GROUP_MESSAGES, GROUP_BYTES)) {
      const pulled: Pulled[] = [];
      for (const message of group) {
        pulled.push(await pull(deps, message));
        // Reading is work for one thread, which also has to keep Postgres busy with the groups before.
        await ioTurn();
      }
      if (settling.size >= DRAIN_TRANSACTIONS) await Promise.race(settling);
      await new Promise<void>((resolve) => {
        const one = settle(deps, run, pulled, resolve);
        settling.add(one);
        // One that failed stays, to be thrown from where they are awaited; meanwhile it ends the pull.
        one
          .then(
            () => settling.delete(one),
            () => failed.abort(),
          )
          .then(() => resolve());
      });
    }
    await Promise.all(settling);
  } finally {
    await Promise.allSettled(settling);
    for (const message of run.unsettled) message.nak(REDELIVER_AFTER_MS);
  }
  return run.total;
};

async function* noting(
  unsettled: Set<QueuedMessage>,
  messages: AsyncIterable<QueuedMessage>,
): AsyncGenerator<QueuedMessage> {
  for await (const message of messages) {
    unsettled.add(message);
    yield message;
  }
}

const ioTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const agentOf = (subject: string): AgentId =>
  agentIdSchema.parse(subject.slice(subject.lastIndexOf(".") + 1));

const pull = async (deps: DrainBatchesDeps, message: QueuedMessage): Promise<Pulled> => {
  const agentId = agentOf(message.subject);
  const { data } = message;
  const keepDays = deps.exchangeDays ?? EXCHANGE_DAYS;
  return { message, agentId, read: await prepareBatch({ data, agentId, nowUs: deps.now(), keepDays }) };
};

const settle = async (
  deps: DrainBatchesDeps,
  run: Run,
  pulled: readonly Pulled[],
  onBusy: () => void,
): Promise<void> => {
  const { total } = run;
  const batches = pulled.flatMap(({ read }) => ("batch" in read ? [read] : []));
  await ensureDays(deps, batches, run.days);
  const options = { nowUs: deps.now(), seriesCap: deps.seriesCap, onBusy };
  const done = batches.length > 0 ? await commitBatches(deps.database, batches, options) : undefined;
  for (const one of pulled) if (!("batch" in one.read)) await refuse(deps, one, one.read);
  for (const name of Object.keys(done ?? {}) as (keyof Committed)[]) total[name] += done?.[name] ?? 0;
  total.messages += pulled.length;
  total.unreadable += pulled.length - batches.length;
  if (done?.clashes) deps.log.error({ clashes: done.clashes }, "a batch came back with another payload");
  for (const { message, read } of pulled) {
    run.unsettled.delete(message);
    "batch" in read ? message.ack() : message.term();
  }
  const agents = [...new Set(pulled.map(({ agentId }) => agentId))];
  run.told = run.told.then(() => publishWatermarks(deps, agents));
  await run.told;
};

const refuse = async (
  deps: DrainBatchesDeps,
  { message, agentId }: Pulled,
  read: UnreadableBatch,
): Promise<void> => {
  deps.log.warn({ agentId, reason: read.reason, detail: read.detail }, "a message was set aside");
  await refuseMessage(deps.database, agentId, read, message.data, deps.now());
};

/** Before the transaction, so that making a partition holds no lock through it. */
const ensureDays = async (
  { database }: DrainBatchesDeps,
  batches: readonly PreparedBatch[],
  made: Set<string>,
): Promise<void> => {
  const missing = (of: "exchanges" | "usage") =>
    [...new Set(batches.flatMap(({ days }) => [...days[of]]))].filter((day) => !made.has(`${of} ${day}`));
  for (const day of missing("exchanges")) {
    await ensurePartition(database.sql, "exchanges", day);
    made.add(`exchanges ${day}`);
  }
  const usage = missing("usage");
  if (usage.length === 0) return;
  await ensureUsagePartitions(database, usage);
  for (const day of usage) made.add(`usage ${day}`);
};
