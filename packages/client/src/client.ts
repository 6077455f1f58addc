import { createAsk } from "./ask.js";
import { RequestError } from "./errors.js";
import { type AgentsClient, agentsClient } from "./resources/agents.js";
import { type AuditClient, auditClient } from "./resources/audit.js";
import {
  type DeliveriesClient,
  type DestinationsClient,
  deliveriesClient,
  destinationsClient,
} from "./resources/deliveries.js";
import { type ExchangesClient, exchangesClient } from "./resources/exchanges.js";
import { type KeysClient, keysClient } from "./resources/keys.js";
import { type PoliciesClient, policiesClient } from "./resources/policies.js";
import { type ReportsClient, reportsClient } from "./resources/reports.js";
import { type TenantsClient, tenantsClient } from "./resources/tenants.js";
import { type UsageClient, usageClient } from "./resources/usage.js";
import type { Fetch, Transport } from "./transport.js";

export interface ClientOptions {
  /** Where the API is, such as `http://127.0.0.1:8080`; may have a path. */
  url: string;
  /** `mh_…`, sent as a bearer token and never part of an error's message. */
  key: string;
  /** Instead of the global one. */
  fetch?: Fetch | undefined;
  /** How long one attempt may take, its answer included; 30 s by default. */
  timeoutMs?: number | undefined;
  /** How often a request that may be repeated is sent at most; 4 by default, 1 for never again. */
  attempts?: number | undefined;
  /** The most of an answer that is read; 64 MiB by default. */
  answerMaxBytes?: number | undefined;
  /** For tests. */
  nowMs?: (() => number) | undefined;
  sleep?: Transport["sleep"] | undefined;
  random?: (() => number) | undefined;
}

export interface MastheadClient {
  readonly usage: UsageClient;
  readonly tenants: TenantsClient;
  readonly reports: ReportsClient;
  readonly destinations: DestinationsClient;
  readonly deliveries: DeliveriesClient;
  readonly exchanges: ExchangesClient;
  readonly policies: PoliciesClient;
  readonly agents: AgentsClient;
  readonly keys: KeysClient;
  readonly audit: AuditClient;
}

const sleepFor: Transport["sleep"] = (ms, signal) =>
  new Promise((resolve, reject) => {
    const done = () => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    };
    const timer = setTimeout(done, ms);
    const aborted = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", aborted, { once: true });
  });

const baseOf = (text: string): string => {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new RequestError(`not a URL: ${text}`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new RequestError(`not an http or https URL: ${text}`);
  if (url.username !== "" || url.search !== "" || url.hash !== "")
    throw new RequestError("the API's URL has an origin and perhaps a path, nothing else");
  return url.origin + url.pathname;
};

/** @throws RequestError without a URL or key that can be used */
export const createClient = (options: ClientOptions): MastheadClient => {
  if (!/^[\x21-\x7e]+$/.test(options.key)) throw new RequestError("the key has characters that no key has");
  const transport: Transport = {
    // Called as a function: browsers and Workers refuse theirs as a method of something else.
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    key: options.key,
    timeoutMs: options.timeoutMs ?? 30_000,
    attempts: options.attempts ?? 4,
    answerMaxBytes: options.answerMaxBytes ?? 64 * 1024 * 1024,
    nowMs: options.nowMs ?? Date.now,
    sleep: options.sleep ?? sleepFor,
    random: options.random ?? Math.random,
  };
  const ask = createAsk(transport, baseOf(options.url));
  return {
    usage: usageClient(ask),
    tenants: tenantsClient(ask),
    reports: reportsClient(ask),
    destinations: destinationsClient(ask),
    deliveries: deliveriesClient(ask),
    exchanges: exchangesClient(ask),
    policies: policiesClient(ask),
    agents: agentsClient(ask),
    keys: keysClient(ask),
    audit: auditClient(ask),
  };
};
