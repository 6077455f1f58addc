import type { Database } from "../../platform/db/database.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { maintainExchanges } from "../exchanges/index.js";
import { moveTenants } from "../tenants/index.js";
import { maintainUsage, rollUpUsage } from "../usage/index.js";
import { forgetBatches } from "./batches.store.js";
import { forgetSetAside } from "./set-aside.store.js";

const DAY_US = 86_400_000_000;
/** Settled batches are remembered so long by their payload's hash; their keys for ever. */
const BATCH_DAYS = 14;
const SET_ASIDE_DAYS = 30;
const SET_ASIDE_ROWS = 100_000;

/** What follows to its tenants, roll-up, partitions and retention. Idempotent, and safe when several drains do it at once. */
export const maintain = async (database: Database, nowUs: number): Promise<void> => {
  await moveTenants(database, nowUs);
  await rollUpUsage(database, nowUs);
  await maintainExchanges(database, nowUs);
  await maintainUsage(database, nowUs);
  await database.transaction(NO_TENANT, async ({ sql }) => {
    await forgetBatches(sql, nowUs - BATCH_DAYS * DAY_US);
    await forgetSetAside(sql, nowUs - SET_ASIDE_DAYS * DAY_US, SET_ASIDE_ROWS);
  });
};
