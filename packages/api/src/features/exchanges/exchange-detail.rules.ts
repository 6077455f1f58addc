import type { ExchangeFacts } from "@masthead/shared/http/exchange-item";
import type { Batch, WireExchange } from "@masthead/shared/wire/batch";

/**
 * What is kept of an exchange beside its columns, as JSON: `x` what is its own, `c` what its connection, process, policy and
 * host say, which many exchanges of a batch share.
 */
export interface ExchangeDetail {
  x: Pick<WireExchange, "query" | "version" | "serverAddress" | "clientAddress" | "errorType" | "flags">;
  c: ExchangeContext;
}
export type ExchangeContext = Pick<ExchangeFacts, "host" | "connection" | "process" | "policy">;

/** JSON of `x`, one exchange after the other; most say the same. */
export const ownDetails = (): ((exchange: WireExchange) => string) => {
  const plain = new Map<string, string>();
  return ({ query, version, serverAddress, clientAddress, errorType, flags }) => {
    const plainly =
      query === undefined && clientAddress === undefined && errorType === undefined && flags === undefined;
    if (!plainly || serverAddress === undefined)
      return JSON.stringify({ query, version, serverAddress, clientAddress, errorType, flags });
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
