import type { ExchangeFacts } from "@masthead/shared/http/exchange-item";
import type { Batch, WireExchange } from "@masthead/shared/wire/batch";

/**
 * What is kept of an exchange beside its columns, as JSON: `x` what is its own, `c` what its connection, process, policy and
 * host say, which many exchanges of a batch share.
 */
export interface ExchangeDetail {
  x: Pick<WireExchange, "query" | "version" | "serverAddress" | "errorType" | "flags">;
  c: Pick<ExchangeFacts, "host" | "connection" | "process" | "policy">;
}

type SharedParts = Map<number, string>;
const sharedParts = new WeakMap<Batch, SharedParts>();

/** JSON of an {@link ExchangeDetail}. Indices have been checked. */
export const exchangeDetail = (batch: Batch, exchange: WireExchange): string => {
  const { query, version, serverAddress, errorType, flags } = exchange;
  return `{"x":${JSON.stringify({ query, version, serverAddress, errorType, flags })},"c":${sharedPart(batch, exchange)}}`;
};

const sharedPart = (batch: Batch, exchange: WireExchange): string => {
  let parts = sharedParts.get(batch);
  if (!parts) {
    parts = new Map();
    sharedParts.set(batch, parts);
  }
  const key = exchange.connection * batch.policies.length + exchange.policy;
  let text = parts.get(key);
  if (text === undefined) {
    const { process, ...connection } = batch.connections[exchange.connection] ?? { process: -1 };
    const policy = batch.policies[exchange.policy];
    text = JSON.stringify({
      host: batch.host,
      connection,
      process: batch.processes[process],
      policy: { name: policy?.name, revision: policy?.revision },
    });
    parts.set(key, text);
  }
  return text;
};
