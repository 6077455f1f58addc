import type { TransactionSql } from "postgres";
import type { Period } from "./period.rules.js";

/** Consumers of a period: how many have a name, and the sketch of all, where some have lost theirs. */
export interface SeenConsumers {
  readonly named: number;
  readonly sketch: readonly number[] | null;
}

export async function readConsumers(
  _sql: TransactionSql,
  _tenant: string,
  _period: Period,
): Promise<SeenConsumers> {
  return { named: 0, sketch: null };
}
