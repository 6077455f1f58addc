import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Cleanup } from "../../support/cleanup.js";

/** A server behind a door that counts who goes through. */
export interface CountedConnections {
  /** The server's URL, through the door. */
  through(url: string): string;
  /** How many were made so far. */
  made(): number;
  /** How many are there now. */
  open(): number;
  /** Everything that clients have sent, up to a bound, as it went over the wire. */
  sent(): Buffer;
  /** Keeps the server's answers back until the returned function is called, so that a client is met half way. */
  holdAnswers(): () => void;
  /** Ends all, and refuses further ones, as a server that is away does. */
  close(): Promise<void>;
}

const SENT_MAX_BYTES = 4 * 1024 * 1024;

/** Counts TCP connections to a server on the loopback. Closed by `cleanup`. */
export const countConnections = async (cleanup: Cleanup, serverUrl: string): Promise<CountedConnections> => {
  const serverPort = Number(new URL(serverUrl).port);
  const open = new Set<Socket>();
  const sent: Buffer[] = [];
  let sentBytes = 0;
  let made = 0;
  let held: (() => void)[] | undefined;
  const door = createServer((client) => {
    made += 1;
    open.add(client);
    const server = connect(serverPort, "127.0.0.1");
    const end = () => {
      open.delete(client);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on("error", end).on("close", end);
    client.on("data", (bytes) => {
      sentBytes += bytes.length;
      if (sentBytes < SENT_MAX_BYTES) sent.push(bytes);
    });
    client.pipe(server);
    const answer = () => void server.pipe(client);
    if (held === undefined) answer();
    else held.push(answer);
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  const { port } = door.address() as AddressInfo;
  const close = async () => {
    if (!door.listening) return;
    const closed = once(door, "close");
    door.close();
    for (const client of open) client.destroy();
    await closed;
  };
  cleanup.add(close);
  return {
    through(url) {
      const changed = new URL(url);
      changed.port = String(port);
      return changed.toString();
    },
    made: () => made,
    open: () => open.size,
    sent: () => Buffer.concat(sent),
    holdAnswers() {
      held = [];
      return () => {
        for (const answer of held ?? []) answer();
        held = undefined;
      };
    },
    close,
  };
};
