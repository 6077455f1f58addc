import { heartbeatSubject } from "@masthead/shared/subjects";
import type { CoverageEntry, Heartbeat } from "@masthead/shared/wire/heartbeat";
import type { Messaging } from "../ship/messaging.js";
import { clamp } from "../ship/wire-text.js";

const COVERAGE_MAX = 4096;
/** JSON of a heartbeat stays below NATS' megabyte. */
const COVERAGE_MAX_BYTES = 512 * 1024;
const HEALTH_REASONS_MAX = 64;
const HEALTH_REASON_MAX_CHARACTERS = 512;

/** A reason may end in what the verifier said, which is long. */
const boundReasons = (reasons: readonly string[]): string[] =>
  reasons.slice(0, HEALTH_REASONS_MAX).map((reason) => clamp(reason, HEALTH_REASON_MAX_CHARACTERS));

/** What a heartbeat says, before its bounds are applied. */
export type HeartbeatFacts = Omit<Heartbeat, "v" | "final" | "sentAtUs">;

/** The first entries that fit; the rest is told by number. @param omitted already left out */
export function boundCoverage(
  coverage: readonly CoverageEntry[],
  omitted: number,
): {
  coverage: CoverageEntry[];
  coverageOmitted: number;
} {
  let bytes = 0;
  const fitting: CoverageEntry[] = [];
  for (const entry of coverage) {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (fitting.length === COVERAGE_MAX || bytes > COVERAGE_MAX_BYTES) break;
    fitting.push(entry);
  }
  return { coverage: fitting, coverageOmitted: omitted + coverage.length - fitting.length };
}

/** Sends the agent's state; one that does not arrive is made good by the next, five seconds later. */
export class HeartbeatSender {
  sent = 0;
  failed = 0;
  #sending: Promise<void> | undefined;
  #again = false;

  constructor(
    private readonly messaging: Messaging,
    private readonly facts: () => HeartbeatFacts,
    private readonly nowUs: () => number,
    private readonly runId: string,
  ) {}

  /** Sends one now, or right after the one that is on its way. Never throws. */
  async send(final = false): Promise<void> {
    if (this.#sending) {
      this.#again = true;
      await this.#sending;
      if (!final && !this.#again) return;
    }
    this.#again = false;
    this.#sending = this.#sendOnce(final).finally(() => {
      this.#sending = undefined;
    });
    await this.#sending;
    if (this.#again) await this.send(final);
  }

  async #sendOnce(final: boolean): Promise<void> {
    if (!this.messaging.isConnected) return;
    const facts = this.facts();
    const heartbeat: Heartbeat = {
      ...facts,
      ...boundCoverage(facts.coverage, facts.coverageOmitted),
      v: 1,
      sentAtUs: this.nowUs(),
      final,
      health: { ...facts.health, reasons: boundReasons(facts.health.reasons) },
    };
    try {
      const payload = Buffer.from(JSON.stringify(heartbeat));
      const messageId = `heartbeat.${facts.epoch}.${this.runId}.${this.sent + this.failed}`;
      await this.messaging.publishStored(heartbeatSubject(facts.agentId), payload, messageId);
      this.sent += 1;
    } catch {
      this.failed += 1;
    }
  }
}
