import type { AgentId } from "@masthead/shared/ids";
import { COMMITTED_BUCKET, committedSubject } from "@masthead/shared/subjects";
import { type Watermark, watermarkSchema } from "@masthead/shared/wire/watermark";
import type { Messaging } from "./messaging.js";

/** Then the control plane takes the other for the agent, and this run for one that has ended. */
export const OVERTAKEN =
  "the control plane knows a later run of this agent: another agent runs under its id, or its clock was set back and its state lost";

/**
 * Hears what the control plane has committed: each watermark as it is made, and the last one after each connection, for
 * those that were missed. What cannot be read is reported and changes nothing.
 */
export class WatermarkFollower {
  #isOvertaken = false;

  /** @param run this agent's */
  constructor(
    private readonly run: { agentId: AgentId; epoch: number },
    private readonly messaging: Messaging,
    private readonly onWatermark: (watermark: Watermark) => Promise<void>,
    private readonly onFault: (error: Error) => void,
  ) {}

  /** Whether there was a run after this one. */
  get isOvertaken(): boolean {
    return this.#isOvertaken;
  }

  start(): void {
    this.messaging.subscribe(committedSubject(this.run.agentId), (payload) => this.#offer(payload));
    this.messaging.onConnected(() => void this.refresh());
  }

  /** Asks for the last watermark; where nothing answers, the next connection or watermark will do. */
  async refresh(): Promise<void> {
    try {
      const payload = await this.messaging.lastValue(COMMITTED_BUCKET, this.run.agentId);
      if (payload && payload.length > 0) this.#offer(payload);
    } catch (error) {
      this.onFault(error as Error);
    }
  }

  #offer(payload: Uint8Array): void {
    try {
      const watermark = watermarkSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
      if (watermark.agentId !== this.run.agentId) throw new Error("a watermark of another agent");
      this.#compare(watermark);
      this.onWatermark(watermark).catch(this.onFault);
    } catch (error) {
      this.onFault(new Error("an unreadable watermark", { cause: error }));
    }
  }

  #compare({ epochs }: Watermark): void {
    if (this.#isOvertaken || epochs.every(({ epoch }) => epoch <= this.run.epoch)) return;
    this.#isOvertaken = true;
    this.onFault(new Error(OVERTAKEN));
  }
}
