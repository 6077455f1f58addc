import type { Database } from "@masthead/api/platform/db/database";
import { makeGate } from "../../support/gate.js";
import { until } from "../../support/until.js";

/** A database whose transactions have done their work and have not committed, until they are let. */
export interface HeldDatabase {
  readonly database: Database;
  /** when the first of them has */
  readonly worked: Promise<void>;
  commit(): void;
}

/** @param isHeld says of what a transaction did whether it is held; absent: all are */
export const heldBeforeCommit = (
  database: Database,
  isHeld: (done: unknown) => boolean = () => true,
): HeldDatabase => {
  const [worked, gate] = [makeGate(), makeGate()];
  return {
    database: {
      ...database,
      transaction: (scope, work, mode) =>
        database.transaction(
          scope,
          async (tx) => {
            const done = await work(tx);
            if (!isHeld(done)) return done;
            worked.open();
            await gate.opened;
            return done;
          },
          mode,
        ),
    },
    worked: worked.opened,
    commit: gate.open,
  };
};

/** When somebody waits for marks of usage that another transaction holds. */
export const untilMarksAreWaitedFor = (owner: Database): Promise<unknown> =>
  until("somebody waits for marks", async () => {
    const rows = await owner.sql`
      select from pg_stat_activity where wait_event_type = 'Lock' and query like '%usage_dirty%'`;
    return rows.length > 0;
  });
