import type { ExchangeFacts } from "@masthead/shared/http/exchange-item";
import type { Batch, WireExchange } from "@masthead/shared/wire/batch";

const OWN = [
  "query",
  "version",
  "serverAddress",
  "clientAddress",
  "errorType",
  "flags",
  "arrivalDelayUs",
  "threadCpuUs",
  "rttUs",
  "retransmits",
] as const satisfies readonly (keyof WireExchange)[];
const OWN_KEYS: string[] = [...OWN];
const RARE = OWN.filter((key) => key !== "version" && key !== "serverAddress");

const saysMore = (exchange: WireExchange): boolean => RARE.some((key) => exchange[key] !== undefined);

/**
 * What is kept of an exchange beside its columns, as JSON: `x` what is its own, `c` what its connection, process, policy and
 * host say, which many exchanges of a batch share.
 */
export interface ExchangeDetail {
  x: Pick<WireExchange, (typeof OWN)[number]>;
  c: ExchangeContext;
}
export type ExchangeContext = Pick<ExchangeFacts, "host" | "connection" | "process" | "policy">;

/** JSON of `x`, one exchange after the other; most say the same. */
export const ownDetails = (): ((exchange: WireExchange) => string) => {
  const plain = new Map<string, string>();
  return (exchange) => {
    const { version, serverAddress } = exchange;
    if (serverAddress === undefined || saysMore(exchange)) return JSON.stringify(exchange, OWN_KEYS);
    const key = `${version} ${serverAddress}`;
    let text = plain.get(key);
    if (text === undefined) {
      text = JSON.stringify({ version, serverAddress });
      plain.set(key, text);
    }
    return text;
  };
};

/** `c` of an exchange whose indices have been checked. @throws Error where they have not */
export const exchangeContext = (batch: Batch, exchange: WireExchange): ExchangeContext => {
  const { process: index, ...connection } = batch.connections[exchange.connection] ?? {};
  const process = batch.processes[index ?? -1];
  const policy = batch.policies[exchange.policy];
  if (!process || !policy || !("role" in connection))
    throw new Error("an exchange points beyond the tables of its batch");
  return { host: batch.host, connection, process, policy: { name: policy.name, revision: policy.revision } };
};
