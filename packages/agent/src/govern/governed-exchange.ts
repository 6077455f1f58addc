import type { Exchange } from "../exchange.js";
import type { PolicyPlan } from "./policy-plan.js";

/** An exchange whose governing policy is known; filled as its records come, finished by pairing. */
export interface GovernedExchange {
  readonly exchange: Exchange;
  readonly plan: PolicyPlan;
  /** of RecordFlag and ExchangeFlag */
  flags: number;
}
