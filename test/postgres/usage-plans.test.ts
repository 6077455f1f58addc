import { mergedRows, usageColumns } from "@masthead/api/features/usage/merged-rows.store";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestDatabase, type TestDatabase } from "./support/database.js";

/** What must not hang on how many rows Postgres believes there are: it is asked right after they were written, mostly. */

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

test("rows are added up without a join of their parts, whose price a wrong guess would square", async () => {
  const sql = postgres(database.ownerUrl, { max: 1, onnotice: () => {} });
  try {
    const plan = await sql.begin((tx) => {
      const rows = tx`select ${usageColumns(tx)}, 2 as members from usage_day where tenant_id = 'unseen'`;
      return tx<{ "QUERY PLAN": string }[]>`explain ${mergedRows(tx, rows)}`;
    });
    const lines = plan.map((line) => line["QUERY PLAN"]);
    expect(lines.filter((line) => line.includes("Function Scan"))).toHaveLength(3);
    expect(lines.filter((line) => /\bJoin\b/.test(line))).toEqual([]);
  } finally {
    await sql.end();
  }
});
