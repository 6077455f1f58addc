import type { Messaging } from "../ship/messaging.js";

export interface Published {
  subject: string;
  payload: Uint8Array;
  messageId: string;
}

/** Messaging that holds what it was given; for logic that wants to decide when a server answers. */
export class MemoryMessaging implements Messaging {
  isConnected = true;
  published: Published[] = [];
  values = new Map<string, Uint8Array>();
  /** what the next publishes answer; absent: they succeed */
  fail: Error | undefined;
  readonly #connected: (() => void)[] = [];
  readonly #subscriptions = new Map<string, (payload: Uint8Array) => void>();

  async publishStored(subject: string, payload: Uint8Array, messageId: string): Promise<void> {
    if (this.fail) throw this.fail;
    this.published.push({ subject, payload, messageId });
  }

  async lastValue(bucket: string, key: string): Promise<Uint8Array | undefined> {
    return this.values.get(`${bucket}/${key}`);
  }

  subscribe(subject: string, onMessage: (payload: Uint8Array) => void): void {
    this.#subscriptions.set(subject, onMessage);
  }

  onConnected(callback: () => void): void {
    this.#connected.push(callback);
  }

  deliver(subject: string, payload: Uint8Array): void {
    this.#subscriptions.get(subject)?.(payload);
  }

  connect(): void {
    this.isConnected = true;
    for (const callback of this.#connected) callback();
  }

  async close(): Promise<void> {
    this.isConnected = false;
  }
}
