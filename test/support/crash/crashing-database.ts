import type { Database, Transaction } from "@masthead/api/platform/db/database";
import { watchedSql } from "../watched-sql.js";
import { die, type Steps } from "./steps.js";

const LABEL_MAX = 110;

/** An identifier that is part of a statement (`sql(name)`), as SQL. */
const identifier = (parameter: unknown): string => {
  const value = (parameter as { value?: unknown } | null | undefined)?.value;
  return typeof value === "string" && value.startsWith('"') ? value : "?";
};

const labelOf = (strings: TemplateStringsArray, parameters: readonly unknown[]): string =>
  strings
    .map((text, i) => (i < parameters.length ? text + identifier(parameters[i]) : text))
    .join("")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, LABEL_MAX);

/** A statement's name is a step once Postgres has answered it. */
const noting = <S extends object>(sql: S, onDone: (statement: string) => void): S =>
  watchedSql(sql, async (send, strings, parameters) => {
    const answer = await send();
    onDone(labelOf(strings, parameters));
    return answer;
  });

/**
 * The database as the product knows it. Steps: after each statement; of transactions that write, before COMMIT, when it is
 * under way, and when it is answered.
 */
export const crashingDatabase = (database: Database, steps: Steps): Database => ({
  ...database,
  sql: noting(database.sql, (statement) => steps.pass(statement)),
  async transaction(scope, work, mode) {
    let written = "";
    const noted = async (tx: Transaction) => {
      const result = await work({
        ...tx,
        sql: noting(tx.sql, (statement) => {
          if (!statement.startsWith("select")) written = statement;
          steps.pass(statement);
        }),
      });
      if (written === "") return result;
      steps.pass(`before the commit of: ${written}`);
      // The client writes in the next turn of the loop.
      if (steps.isEnd(`commit under way of: ${written}`)) setImmediate(() => setImmediate(die));
      return result;
    };
    const result = await database.transaction(scope, noted, mode);
    if (written !== "") steps.pass(`after the commit of: ${written}`);
    return result;
  },
});
