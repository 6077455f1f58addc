/** What shipping and control need of a messaging system. Kept by nats-connection.ts; nothing else knows which one it is. */
export interface Messaging {
  readonly isConnected: boolean;
  /** Publishes to a stream. Resolves when the stream has it. @throws when it does not answer, or refuses */
  publishStored(subject: string, payload: Uint8Array, messageId: string): Promise<void>;
  /** The last value of a key of a bucket; undefined: there is none. @throws when nothing answers */
  lastValue(bucket: string, key: string): Promise<Uint8Array | undefined>;
  /** Calls back for each message, over reconnects, until close. */
  subscribe(subject: string, onMessage: (payload: Uint8Array) => void): void;
  /** Calls back at each connection, the first and every later one. */
  onConnected(callback: () => void): void;
  /** Sends what is buffered, then closes. Never throws. */
  close(): Promise<void>;
}
