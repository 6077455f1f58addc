import type { Exchange } from "../exchange.js";
import { LossCounts } from "../losses.js";
import { ExchangeStream, type ExchangeStreamOptions } from "../pair/exchange-stream.js";
import { GovernAll } from "./governed.js";
import { batchOf } from "./record-writer.js";

/** An exchange stream whose results can be looked at. Kernel time is Unix time. */
export function testStream(options: Partial<ExchangeStreamOptions> = {}) {
  const exchanges: Exchange[] = [];
  const losses = new LossCounts();
  const stream = new ExchangeStream({
    governing: new GovernAll(),
    processOf: (pid) => ({ pid, executableName: "server", serviceName: "server" }),
    unixUs: (ns) => ns / 1_000,
    onExchange: (exchange) => exchanges.push(exchange),
    losses,
    onProcess: () => undefined,
    liveConnections: () => new Map(),
    ...options,
  });
  const feed = (...records: Uint8Array[]): void => stream.take(batchOf(records), records.length);
  const lost = (): Record<string, number> =>
    Object.fromEntries(losses.list().map(({ stage, reason, count }) => [`${stage}/${reason}`, count]));
  return { stream, exchanges, losses, feed, lost };
}
