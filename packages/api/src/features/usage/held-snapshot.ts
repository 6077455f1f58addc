import type { Database, Transaction } from "../../platform/db/database.js";
import type { Scope } from "../../platform/db/scope.js";
import { ApiError } from "../../platform/http/problem.js";
import { readHorizon } from "./horizon.store.js";
import type { UsageHorizon } from "./levels.rules.js";

const HORIZON_MOVES_MAX = 3;

/**
 * Reads usage from one snapshot. A partition that retention drops meanwhile is missing from it all the same, so that the horizon has to be
 * where it was once all is read.
 *
 * @throws ApiError `unavailable` where it has moved each time
 */
export const inHeldSnapshot = async <T>(
  database: Database,
  scope: Scope,
  read: (tx: Transaction, horizon: UsageHorizon) => Promise<T>,
): Promise<T> => {
  for (let moves = 0; moves < HORIZON_MOVES_MAX; moves++) {
    const done = await database.transaction(
      scope,
      async (tx) => {
        const horizon = await readHorizon(tx.sql);
        return { horizon, value: await read(tx, horizon) };
      },
      "read only snapshot",
    );
    const behind = await database.statement((sql) => readHorizon(sql));
    if (JSON.stringify(behind) === JSON.stringify(done.horizon)) return done.value;
  }
  throw new ApiError("unavailable", "retention is at work: try again", { headers: { "retry-after": "1" } });
};
