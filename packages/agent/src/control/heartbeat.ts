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
  #attempts = 0;
  /** what was asked for last, when it is done */
  #last: Promise<void> = Promise.resolve();
  /** one that waits for its turn, and will say what is so by then */
  #next: Promise<void> | undefined;

  constructor(
    private readonly messaging: Messaging,
    private readonly facts: () => HeartbeatFacts,
    private readonly nowUs: () => number,
    private readonly runId: string,
  ) {}

  /** Sends one now, or right after those that are on their way. Never throws. */
  send(final = false): Promise<void> {
    if (!final && this.#next) return this.#next;
    const sent = this.#last.then(() => {
      if (this.#next === sent) this.#next = undefined;
      return this.#sendOnce(final);
    });
    this.#last = sent;
    if (!final) this.#next = sent;
    return sent;
  }

  async #sendOnce(final: boolean): Promise<void> {
    if (!this.messaging.isConnected) return;
    this.#attempts += 1;
    try {
      const facts = this.facts();
      const heartbeat: Heartbeat = {
        ...facts,
        ...boundCoverage(facts.coverage, facts.coverageOmitted),
        v: 1,
        sentAtUs: this.nowUs(),
        final,
        health: { ...facts.health, reasons: boundReasons(facts.health.reasons) },
      };
      const payload = Buffer.from(JSON.stringify(heartbeat));
      // Of no other one: what has an id that was seen before is dropped.
      const messageId = `heartbeat.${facts.epoch}.${this.runId}.${this.#attempts}`;
      await this.messaging.publishStored(heartbeatSubject(facts.agentId), payload, messageId);
      this.sent += 1;
    } catch {
      this.failed += 1;
    }
  }
}
