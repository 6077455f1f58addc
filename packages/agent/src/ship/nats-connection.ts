import type { AgentId } from "@masthead/shared/ids";
import { agentInboxPrefix, bucketDirectGetSubject } from "@masthead/shared/subjects";
import { connect, credsAuthenticator, Events, headers, type NatsConnection } from "nats";
import type { Messaging } from "./messaging.js";

export interface NatsOptions {
  /** `nats://host:port`, several with commas */
  url: string;
  /** the text of a creds file, asked for at each new connection; secret */
  credentials: () => Promise<string>;
  agentId: AgentId;
  requestTimeoutMs: number;
  /** between attempts to connect */
  retryMs: number;
  onState: (state: "connected" | "disconnected", detail?: string) => void;
  onError: (error: Error) => void;
}

interface Subscription {
  subject: string;
  onMessage: (payload: Uint8Array) => void;
}

const NO_MESSAGE = 404;
const CLOSE_WITHIN_MS = 3_000;

/** The only file of the agent that knows NATS. Connects for ever in the background; never throws from a callback. */
export class NatsMessaging implements Messaging {
  #connection: NatsConnection | undefined;
  #isConnected = false;
  #closing = false;
  readonly #subscriptions: Subscription[] = [];
  readonly #connectedCallbacks: (() => void)[] = [];
  #retry: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(private readonly options: NatsOptions) {}

  /** Begins to connect; returns at once. Subscriptions made before are there from the first connection on. */
  start(): void {
    this.#running ??= this.#run();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  async publishStored(subject: string, payload: Uint8Array, messageId: string): Promise<void> {
    const fields = headers();
    fields.set("Nats-Msg-Id", messageId);
    const answer = await this.#require().request(subject, payload, {
      timeout: this.options.requestTimeoutMs,
      headers: fields,
    });
    const acknowledgement: { error?: { description?: string }; stream?: string } = answer.json();
    if (acknowledgement.error || !acknowledgement.stream)
      throw new Error(
        `the stream refused: ${acknowledgement.error?.description ?? "not an acknowledgement"}`,
      );
  }

  async lastValue(bucket: string, key: string): Promise<Uint8Array | undefined> {
    const answer = await this.#require().request(bucketDirectGetSubject(bucket, key), new Uint8Array(), {
      timeout: this.options.requestTimeoutMs,
    });
    if (answer.headers?.code === NO_MESSAGE) return undefined;
    if (answer.headers && answer.headers.code >= 300)
      throw new Error(`direct get of ${bucket}/${key}: ${answer.headers.code} ${answer.headers.description}`);
    return answer.data;
  }

  subscribe(subject: string, onMessage: (payload: Uint8Array) => void): void {
    const subscription = { subject, onMessage };
    this.#subscriptions.push(subscription);
    if (this.#connection) this.#subscribe(this.#connection, subscription);
  }

  onConnected(callback: () => void): void {
    this.#connectedCallbacks.push(callback);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#retry?.();
    const connection = this.#connection;
    if (connection) {
      const drained = this.#isConnected ? connection.drain() : connection.close();
      const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
      await Promise.race([drained.catch(() => undefined), late]);
      await connection.close().catch(() => undefined);
    }
    await this.#running;
  }

  #require(): NatsConnection {
    if (!this.#connection || !this.#isConnected) throw new Error("not connected to NATS");
    return this.#connection;
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      try {
        await this.#connect();
      } catch (error) {
        if (!this.#closing) this.options.onError(error as Error);
      }
      this.#setConnected(false);
      this.#connection = undefined;
      if (!this.#closing) await this.#wait();
    }
  }

  /** Resolves when the connection has closed for good; short outages the library mends itself. */
  async #connect(): Promise<void> {
    const { url, agentId, retryMs } = this.options;
    const credentials = new TextEncoder().encode(await this.options.credentials());
    const connection = await connect({
      servers: url.split(",").map((server) => server.trim()),
      authenticator: credsAuthenticator(credentials),
      inboxPrefix: agentInboxPrefix(agentId),
      name: `masthead-agent ${agentId}`,
      timeout: this.options.requestTimeoutMs,
      reconnectTimeWait: retryMs,
      reconnectJitter: Math.ceil(retryMs / 5),
      maxReconnectAttempts: -1,
      pingInterval: 10_000,
      maxPingOut: 2,
    });
    if (this.#closing) return connection.close();
    this.#connection = connection;
    for (const subscription of this.#subscriptions) this.#subscribe(connection, subscription);
    this.#setConnected(true);
    void this.#watch(connection);
    const error = await connection.closed();
    if (error) throw error;
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type, data } of connection.status()) {
      if (type === Events.Disconnect) this.#setConnected(false);
      else if (type === Events.Reconnect) this.#setConnected(true);
      else if (type === Events.Error) this.options.onError(new Error(`NATS: ${String(data)}`));
    }
  }

  #subscribe(connection: NatsConnection, { subject, onMessage }: Subscription): void {
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) return this.options.onError(error);
        try {
          onMessage(message.data);
        } catch (fault) {
          this.options.onError(fault as Error);
        }
      },
    });
  }

  #setConnected(connected: boolean): void {
    if (connected === this.#isConnected) return;
    this.#isConnected = connected;
    this.options.onState(connected ? "connected" : "disconnected", this.#connection?.getServer());
    if (connected) for (const callback of this.#connectedCallbacks) callback();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.options.retryMs);
      this.#retry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
