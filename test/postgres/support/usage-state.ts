import type { Database } from "@masthead/api/platform/db/database";

/** All that hold usage. */
export const USAGE_TABLES = [
  "usage_series",
  "usage_minute",
  "usage_quarter",
  "usage_day",
  "usage_month",
  "usage_quarter_summary",
  "usage_day_summary",
  "usage_month_summary",
  "usage_windows",
  "usage_dirty",
  "usage_dimension_names",
] as const;

/** Lets every level be held from the beginning of time. */
export const resetHorizon = async (owner: Database): Promise<void> => {
  await owner.sql`update usage_horizon set minutes_from = '1970-01-01', quarters_from = '1970-01-01',
    days_from = '1970-01-01', months_from = '1970-01-01'`;
};

/** Empties usage, and lets every level be held from the beginning of time. */
export const resetUsage = async (owner: Database): Promise<void> => {
  await owner.sql`truncate ${owner.sql.unsafe(USAGE_TABLES.join(", "))}`;
  await resetHorizon(owner);
};

/** All rows of usage, as text: two states are the same if these are. */
export const usageState = async (owner: Database): Promise<Record<string, string[]>> => {
  const state: Record<string, string[]> = {};
  for (const table of [...USAGE_TABLES, "usage_horizon"] as const) {
    const rows = await owner.sql<{ row: string }[]>`
      select to_jsonb(t)::text as row from ${owner.sql(table)} t order by 1`;
    state[table] = rows.map(({ row }) => row);
  }
  return state;
};
