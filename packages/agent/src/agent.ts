import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AgentId, agentIdSchema } from "@masthead/shared/ids";
import type { Ledger } from "@masthead/shared/wire/ledger";
import type { Watermark } from "@masthead/shared/wire/watermark";
import { BudgetKeeper } from "./budget/budget-keeper.js";
import { ClockOffset } from "./clock-offset.js";
import type { AgentConfiguration } from "./config.js";
import { HeartbeatSender } from "./control/heartbeat.js";
import { readHost } from "./control/host.js";
import { PolicyFollower } from "./control/policy-follower.js";
import { PolicyStore } from "./control/policy-store.js";
import type { Exchange } from "./exchange.js";
import { RunFiles } from "./local-files.js";
import type { Logger } from "./log.js";
import { LossCounts } from "./losses.js";
import { Meter } from "./meter/meter.js";
import { Sampler } from "./meter/sampling.js";
import { SeriesBound } from "./meter/series-bound.js";
import { confine } from "./privilege/confine.js";
import { Batcher } from "./ship/batcher.js";
import { CompleteUntil } from "./ship/complete-until.js";
import { agentIdIn } from "./ship/credentials.js";
import { beginEpoch } from "./ship/epoch.js";
import { AgentLedger, imbalanceOf } from "./ship/ledger.js";
import { LostBatches } from "./ship/lost-batches.js";
import { NatsMessaging } from "./ship/nats-connection.js";
import { Publisher } from "./ship/publisher.js";
import { RecentLosses } from "./ship/recent-losses.js";
import { Spool } from "./ship/spool.js";
import { OVERTAKEN, WatermarkFollower } from "./ship/watermark-follower.js";
import type { CaptureSource } from "./source/capture-source.js";
import { chooseSource } from "./source/choose-source.js";
import { ServiceTemplates } from "./template/service-templates.js";
import { agentVersion } from "./version.js";

const TICK_MS = 250;
const BUDGET_EVERY_MS = 1_000;
const MAX_WAITING_BATCHES = 8;
const MAX_RESEND_AFTER_MS = 15 * 60_000;
const PUBLISH_AT_END_WITHIN_MS = 5_000;

export interface RunningAgent {
  readonly agentId: AgentId;
  readonly epoch: number;
  /** Takes what is in the ring, ships what it can, reports for the last time; the rest stays in the spool. */
  stop(): Promise<void>;
}

/** What `run` needs beyond its defaults. @throws Error that says which variable is missing */
function required(config: AgentConfiguration): { natsUrl: string; natsCredentials: string } {
  const { natsUrl, natsCredentials } = config;
  if (natsUrl === undefined) throw new Error("MASTHEAD_NATS_URL is not set; `trace` needs no server");
  if (natsCredentials === undefined) throw new Error("MASTHEAD_NATS_CREDENTIALS is not set");
  return { natsUrl, natsCredentials };
}

/**
 * Puts the agent together and starts it. Returns once it captures; it is ready (see RunFiles) when a policy set is in
 * force, too. @throws Error in words when the host's own files or settings do not allow a start
 */
export async function startAgent(
  config: AgentConfiguration,
  recordedFile: string | undefined,
  log: Logger,
): Promise<RunningAgent> {
  const { natsUrl, natsCredentials } = required(config);
  const agentId =
    config.agentId === undefined ? await agentIdIn(natsCredentials) : agentIdSchema.parse(config.agentId);
  const runFiles = new RunFiles(config.home);
  await runFiles.began();
  const spoolDir = join(config.home, "spool");
  const { spool, left } = await Spool.open(spoolDir, config.spoolBytes);
  const lostBatches = await LostBatches.open(spoolDir);
  const epoch = await beginEpoch(config.home, agentId, Date.now(), left.at(-1)?.epoch);
  const runId = randomUUID().slice(0, 8);
  const host = readHost();
  const clock = new ClockOffset();
  const nowMs = () => performance.now();
  const losses = new LossCounts();
  const failing = (what: string) => (error: Error) => log.warn({ error: error.message }, what);

  const source: CaptureSource = await chooseSource(
    config,
    recordedFile,
    {
      onExchange: (exchange) => meter.record(exchange),
      onTotals: (exchange, windowStart, totals) => meter.recordTotals(exchange, windowStart, totals),
      onWarning: (message) => log.warn(message),
      losses,
      unixUs: (monotonicNs) => clock.toUnixUs(monotonicNs),
    },
    () => clock.nowUs(),
    log,
  );
  const ledger = new AgentLedger(source.accounts, losses, () => lostBatches.list());
  const completeUntil = new CompleteUntil(epoch * 1000);
  const messaging = new NatsMessaging({
    url: natsUrl,
    credentials: () => readFile(natsCredentials, "utf8"),
    agentId,
    requestTimeoutMs: 5_000,
    retryMs: 1_000,
    onState: (state, detail) => log.info({ server: detail }, `NATS: ${state}`),
    onError: failing("NATS"),
  });
  let lostOfEarlierEpochs = 0;
  const publisher = new Publisher(
    {
      agentId,
      epoch,
      runId,
      maxInFlight: config.publishInFlight,
      resendAfterMs: config.resendAfterMs,
      maxResendAfterMs: Math.max(MAX_RESEND_AFTER_MS, config.resendAfterMs),
      backoffMs: 250,
      maxBackoffMs: 10_000,
      nowMs,
      onLost: (batch, loss) => {
        if (batch.epoch === epoch) ledger.unbatch(loss, batch.exchanges);
        else lostOfEarlierEpochs += batch.exchanges;
        log.error({ ...batch }, `lost a batch: ${loss.stage}/${loss.reason}`);
        return lostBatches.add(batch, loss);
      },
      onFailed: failing("publishing"),
    },
    spool,
    messaging,
  );
  const batcher = new Batcher(
    {
      agentId,
      epoch,
      host: { id: host.id, name: host.name },
      maxWaiting: MAX_WAITING_BATCHES,
      nowUs: () => clock.nowUs(),
      completeUntilUs: () => completeUntil.untilUs,
      onSpooled: (batch, payload) => publisher.add(batch, payload),
      onBackPressure: (behind) => (behind ? source.pause() : source.resume()),
      onWriteFailed: failing("the spool cannot be written"),
    },
    spool,
    ledger,
  );
  const templates = new ServiceTemplates();
  const sampler = new Sampler(nowMs, config.exchangesPerSecond);
  const bound = new SeriesBound(config.usageSeries);
  const templateOf = ({ connection, path }: Exchange) =>
    templates.templateOf(connection.process.serviceName, path);
  const meter = new Meter(templateOf, sampler, bound, losses, batcher, (error) =>
    log.error({ error: error.message }, "an exchange could not be booked"),
  );

  const budget = new BudgetKeeper({
    budget: {
      cpuShare: config.budgetCpu,
      memoryBytes: config.budgetMemoryBytes,
      recordsPerSecond: config.budgetRecordsPerSecond,
    },
    source: source.budget,
    nowMs,
    nowUs: () => clock.nowUs(),
    onEvent: () => void heartbeat.send(),
    log,
  });

  let sourceStarted = false;
  let capturingSinceUs: number | undefined;
  const follower = new PolicyFollower(
    {
      apply: (set) => {
        source.apply(set);
        sampler.retain(new Set(set.policies.map(({ name }) => name)));
      },
      onState: (state) => {
        log.info(state, "policy");
        void announce();
        void heartbeat.send();
      },
      onFault: failing("policies"),
    },
    new PolicyStore(config.home),
  );
  async function announce(): Promise<void> {
    const { effective } = follower.state;
    if (capturingSinceUs !== undefined || !sourceStarted || effective === 0) return;
    capturingSinceUs = clock.nowUs();
    await runFiles.ready({ epoch, policyRevision: effective, source: source.kind });
    log.info({ agentId, epoch, policyRevision: effective, source: source.kind }, "ready");
  }

  const counters = () => ({
    ...source.counters(),
    ...budget.counters,
    spool_bytes: spool.bytes,
    spool_batches: publisher.outbox.size,
    batches_waiting: batcher.waiting,
    published: publisher.counters.published,
    publish_failures: publisher.counters.publishFailures,
    resent: publisher.counters.resent,
    batches_committed: publisher.counters.committed,
    series_folded: bound.folded,
    consumers_folded: bound.foldedConsumers,
    exchanges_over_budget: sampler.overBudget,
    lost_of_earlier_epochs: lostOfEarlierEpochs,
    clock_steps_back: clock.stepsBack,
    process_rss_bytes: process.memoryUsage.rss(),
    process_cpu_ms: Math.round(process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000),
  });
  const onWatermark = async (mark: Watermark) => {
    await publisher.settle(mark);
    await lostBatches.settle(mark);
  };
  const watermarks = new WatermarkFollower({ agentId, epoch }, messaging, onWatermark, failing("watermark"));
  const recentLosses = new RecentLosses(nowMs);
  const health = (account: Ledger) => {
    const reasons = [...source.degraded(), ...budget.degraded(), ...recentLosses.degraded(account)];
    const imbalance = imbalanceOf(account);
    if (imbalance !== 0) reasons.push(`the ledger does not balance: ${imbalance}`);
    const { attempted, attemptedResult, attemptedError } = follower.state;
    if (attemptedResult === "failed")
      reasons.push(`policies of revision ${attempted} are not in force: ${attemptedError}`);
    if (watermarks.isOvertaken) reasons.push(OVERTAKEN);
    if (spool.bytes > config.spoolBytes * 0.9) reasons.push("the spool is nearly full");
    return { status: reasons.length === 0 ? ("ok" as const) : ("degraded" as const), reasons };
  };
  const heartbeat = new HeartbeatSender(
    messaging,
    () => {
      const { entries, omitted } = source.coverage();
      const account = ledger.snapshot();
      return {
        agentId,
        epoch,
        completeUntilUs: batcher.completeUntilUs,
        ...(capturingSinceUs === undefined ? {} : { capturingSinceUs }),
        lastSeq: batcher.lastSeq,
        host: { id: host.id, name: host.name },
        labels: config.labels,
        version: agentVersion(),
        kernel: host.kernel,
        source: source.kind,
        health: health(account),
        policy: follower.state,
        coverage: entries,
        coverageOmitted: omitted,
        ...(budget.events.length > 0 && { suspensions: [...budget.events] }),
        ledger: account,
        counters: counters(),
      };
    },
    () => clock.nowUs(),
    runId,
  );

  const observe = (nowUs = clock.nowUs()) => {
    // Nothing that passes before is seen, so nothing is complete.
    if (capturingSinceUs === undefined) return;
    const { sent, received, heldSinceUs = nowUs } = source.progress();
    completeUntil.observe(sent, received, Math.min(nowUs, heldSinceUs));
  };
  const followClock = () => {
    if (!clock.refresh()) return;
    completeUntil.setBack(clock.nowUs());
    log.warn(
      { times: clock.stepsBack },
      "the host's clock was set back: what is seen now is counted to times that were counted before",
    );
  };
  const guarded = (what: string, work: () => void) => () => {
    try {
      work();
    } catch (error) {
      failing(what)(error as Error);
    }
  };
  watermarks.start();
  messaging.onConnected(() => publisher.connected());
  messaging.onConnected(() => void heartbeat.send());
  for (const batch of left) {
    // Known to be lost, and its run ended before the file was gone.
    if (lostBatches.has(batch)) await spool.setAside(batch);
    else publisher.add(batch);
  }
  if (left.length > 0)
    log.info({ batches: left.length, bytes: spool.bytes }, "earlier epochs left batches in the spool");

  await source.start();
  confine(source.link, config.home, (line) => log.info(line));
  sourceStarted = true;
  await follower.start(messaging);
  messaging.start();
  await announce();

  const timers = [
    setInterval(
      guarded("source", () => {
        followClock();
        source.tick();
      }),
      config.scanEveryMs,
    ),
    setInterval(
      guarded("publisher", () => {
        observe();
        publisher.tick();
      }),
      TICK_MS,
    ),
    setInterval(
      guarded("batcher", () => {
        observe();
        void batcher.flush();
      }),
      config.flushAfterMs,
    ),
    setInterval(() => void heartbeat.send(), config.heartbeatEveryMs),
    setInterval(
      guarded("budget", () => budget.tick()),
      BUDGET_EVERY_MS,
    ),
  ];

  const publishWhatCan = async () => {
    const deadlineMs = nowMs() + PUBLISH_AT_END_WITHIN_MS;
    while (
      messaging.isConnected &&
      nowMs() < deadlineMs &&
      publisher.outbox.waiting + publisher.outbox.inFlight > 0
    ) {
      publisher.tick();
      await publisher.idle();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  return {
    agentId,
    epoch,
    async stop() {
      for (const timer of timers) clearInterval(timer);
      source.resume();
      // From here on probes go, one after the other: what ends is seen here and there.
      const endsAtUs = clock.nowUs();
      await source.stop();
      ledger.endEpoch();
      observe(endsAtUs);
      await batcher.flush();
      budget.stop();
      await publishWhatCan();
      await heartbeat.send(true);
      const { captured, batched, lost } = ledger.snapshot();
      await messaging.close();
      source.close();
      await runFiles.ended();
      log.info({ captured, batched, lost, spooled: publisher.outbox.size }, "stopped");
    },
  };
}
