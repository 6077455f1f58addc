import { DAY_US } from "@masthead/shared/time";
import type { Database } from "../../platform/db/database.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { maintainExchanges } from "../exchanges/index.js";
import { moveTenants } from "../tenants/index.js";
import { maintainUsage, rollUpUsage, type UsageRetention } from "../usage/index.js";
import { forgetBatches } from "./batches.store.js";
import { forgetSetAside } from "./set-aside.store.js";

/** Settled batches are remembered so long by their payload's hash; their keys for ever. */
const BATCH_DAYS = 14;
const SET_ASIDE_DAYS = 30;
const SET_ASIDE_ROWS = 100_000;

export interface MaintainOptions {
  /** absent: USAGE_RETENTION */
  usageRetention?: UsageRetention | undefined;
  /** ends roll-ups between two transactions; the next run goes on */
  signal?: AbortSignal | undefined;
}

/**
 * What follows to its tenants, roll-up, partitions and retention. Idempotent, and safe when several do it at once. A step
 * that fails keeps no other from its turn. @throws the first error
 */
export const maintain = async (
  database: Database,
  nowUs: number,
  { usageRetention, signal }: MaintainOptions = {},
): Promise<void> => {
  const steps = [
    () => maintainExchanges(database, nowUs),
    () => moveTenants(database, nowUs),
    () => rollUpUsage(database, nowUs, signal),
    () => maintainUsage(database, nowUs, usageRetention),
    () =>
      database.transaction(NO_TENANT, async ({ sql }) => {
        await forgetBatches(sql, nowUs - BATCH_DAYS * DAY_US);
        await forgetSetAside(sql, nowUs - SET_ASIDE_DAYS * DAY_US, SET_ASIDE_ROWS);
      }),
  ];
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
};
