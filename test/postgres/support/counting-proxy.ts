import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Stands between a client and Postgres, and notes what the client sends. */
export interface CountingProxy {
  /** the same database, through this */
  urlFor(databaseUrl: string): string;
  /** Calls `then` once the client has sent its nth piece, which is on its way to Postgres then; the answer is held back. */
  at(nth: number, then: () => void): void;
  /** what the last connection sent, piece by piece */
  readonly sent: readonly string[];
  stop(): Promise<void>;
}

/** @param databaseUrl of the server to pass on to */
export const startCountingProxy = async (databaseUrl: string): Promise<CountingProxy> => {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let sent: string[] = [];
  let stopAt = Number.POSITIVE_INFINITY;
  let reached = () => {};
  const server = createServer((client) => {
    sent = [];
    let isOver = false;
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    client.on("data", (piece) => {
      sent.push(piece.toString("latin1"));
      upstream.write(piece);
      if (sent.length !== stopAt || isOver) return;
      isOver = true;
      reached();
    });
    upstream.on("data", (piece) => {
      if (!isOver) client.write(piece);
    });
    client.on("close", () => upstream.end());
    upstream.on("close", () => client.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    urlFor(url) {
      const through = new URL(url);
      through.hostname = "127.0.0.1";
      through.port = String((server.address() as AddressInfo).port);
      return through.toString();
    },
    at(nth, then) {
      stopAt = nth;
      reached = then;
    },
    get sent() {
      return sent;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};
