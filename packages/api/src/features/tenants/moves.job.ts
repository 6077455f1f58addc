import type { UnixMicros } from "@masthead/shared/time";
import type { Database, Transaction } from "../../platform/db/database.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { moveExchanges, spanOfExchanges } from "../exchanges/index.js";
import { forgetSeriesOf, moveUsage, spanOfMoves } from "../usage/index.js";
import { countAttributions } from "./attributions.store.js";
import {
  advanceMoves,
  beginMoves,
  countMoved,
  finishMoves,
  type Move,
  movesAtNewestDay,
  movesToBegin,
  tryLockMoves,
} from "./moves.store.js";
import { lockRegistry } from "./registry.store.js";

/** Bounds of one call and of one step, which is a transaction. */
export interface MoveBounds {
  steps: number;
  /** rows of usage, and exchanges, that one step moves at most */
  rowsPerStep: number;
}
const BOUNDS: MoveBounds = { steps: 64, rowsPerStep: 5_000 };

/** Moves that are at the same day go together: that day is looked through once for all of them. */
const MOVES_PER_STEP = 100;
const DAY = 86_400;

const startOfDay = (seconds: number): number => Math.floor(seconds / DAY) * DAY;

/**
 * Goes on with what follows fingerprints to their tenants: day by day from the newest, each step one transaction, so that it may be cut
 * short anywhere. Idempotent; drains side by side may all call it, one does the work.
 * @returns steps done; fewer than allowed: nothing is left, or another one is at it
 */
export const moveTenants = async (
  database: Database,
  nowUs: UnixMicros,
  bounds: MoveBounds = BOUNDS,
): Promise<number> => {
  for (let steps = 0; steps < bounds.steps; steps++)
    if (!(await database.transaction(NO_TENANT, (tx) => step(tx, nowUs, bounds.rowsPerStep)))) return steps;
  return bounds.steps;
};

/** @returns false where nothing is left to do, or another one does it */
const step = async ({ sql }: Transaction, nowUs: UnixMicros, limit: number): Promise<boolean> => {
  // What is registered stands still meanwhile, and nobody books under a fingerprint that is being moved.
  await lockRegistry(sql, "book");
  if (!(await tryLockMoves(sql))) return false;
  const starting = await movesToBegin(sql, MOVES_PER_STEP);
  if (starting.length > 0) {
    await begin(sql, starting, nowUs);
    return true;
  }
  const moves = await movesAtNewestDay(sql, MOVES_PER_STEP);
  const [first] = moves;
  if (!first) return false;
  const { day } = first;
  const usage = await moveUsage(sql, moves, { day, limit });
  const exchanges = await moveExchanges(sql, moves, { day, limit });
  await note(sql, moves, day, usage.requests, exchanges);
  const movedExchanges = [...exchanges.values()].reduce((sum, n) => sum + n, 0);
  if (usage.rows === limit || movedExchanges === limit) return true;
  const over = moves.filter(({ oldest }) => usage.from <= oldest);
  await advanceMoves(
    sql,
    moves.filter((move) => !over.includes(move)),
    startOfDay(usage.from - 1),
  );
  await finish(sql, over, nowUs);
  return true;
};

type Sql = Transaction["sql"];
const fingerprintsOf = (moves: readonly Move[]): string[] => moves.map((move) => move.fingerprint);

/** All that is to be moved is there by now: what comes later is booked by the registry. */
const begin = async (sql: Sql, moves: readonly Move[], nowUs: UnixMicros): Promise<void> => {
  const fingerprints = fingerprintsOf(moves);
  const usage = await spanOfMoves(sql, fingerprints);
  const exchanges = await spanOfExchanges(sql, fingerprints);
  const spans = [usage, exchanges].filter((span) => span !== null);
  if (spans.length === 0) return finishMoves(sql, moves, nowUs);
  await beginMoves(sql, moves, {
    newest: startOfDay(Math.max(...spans.map(({ last }) => last))),
    oldest: startOfDay(Math.min(...spans.map(({ first }) => first))),
  });
};

const finish = async (sql: Sql, moves: readonly Move[], nowUs: UnixMicros): Promise<void> => {
  if (moves.length === 0) return;
  await forgetSeriesOf(sql, fingerprintsOf(moves));
  await finishMoves(sql, moves, nowUs);
};

const note = async (
  sql: Sql,
  moves: readonly Move[],
  day: number,
  requests: ReadonlyMap<string, number>,
  exchanges: ReadonlyMap<string, number>,
): Promise<void> => {
  const moved = moves
    .map(({ tenantId, fingerprint }) => ({
      ...{ tenantId, fingerprint, day },
      requests: requests.get(fingerprint) ?? 0,
      exchanges: exchanges.get(fingerprint) ?? 0,
    }))
    .filter((one) => one.requests > 0 || one.exchanges > 0);
  await countMoved(sql, moved);
  await countAttributions(
    sql,
    "move",
    moved.filter((one) => one.requests > 0),
  );
};
