import type { Exchange } from "../exchange.js";
import type { ForwardedClient } from "./forwarded-client.js";
import type { PolicyPlan } from "./policy-plan.js";

/** An exchange whose governing policy is known; filled as its records come, finished by pairing. */
export interface GovernedExchange {
  readonly exchange: Exchange;
  readonly plan: PolicyPlan;
  /** of RecordFlag and ExchangeFlag */
  flags: number;
  /** who is behind the trusted proxies, if the peer is one; absent: the policy does not ask */
  forwarded?: ForwardedClient;
}
