import type { AgentId } from "@masthead/shared/ids";
import { COMMITTED_BUCKET, committedSubject } from "@masthead/shared/subjects";
import { type Watermark, watermarkSchema } from "@masthead/shared/wire/watermark";
import type { Messaging } from "./messaging.js";

/**
 * Hears what the control plane has committed: each watermark as it is made, and the last one after each connection, for
 * those that were missed. What cannot be read is reported and changes nothing.
 */
export class WatermarkFollower {
  constructor(
    private readonly agentId: AgentId,
    private readonly messaging: Messaging,
    private readonly onWatermark: (watermark: Watermark) => Promise<void>,
    private readonly onFault: (error: Error) => void,
  ) {}

  start(): void {
    this.messaging.subscribe(committedSubject(this.agentId), (payload) => this.#offer(payload));
    this.messaging.onConnected(() => void this.refresh());
  }

  /** Asks for the last watermark; where nothing answers, the next connection or watermark will do. */
  async refresh(): Promise<void> {
    try {
      const payload = await this.messaging.lastValue(COMMITTED_BUCKET, this.agentId);
      if (payload && payload.length > 0) this.#offer(payload);
    } catch (error) {
      this.onFault(error as Error);
    }
  }

  #offer(payload: Uint8Array): void {
    try {
      const watermark = watermarkSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
      if (watermark.agentId !== this.agentId) throw new Error("a watermark of another agent");
      this.onWatermark(watermark).catch(this.onFault);
    } catch (error) {
      this.onFault(new Error("an unreadable watermark", { cause: error }));
    }
  }
}
