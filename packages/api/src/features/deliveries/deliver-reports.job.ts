import type { Log } from "../../deps.js";
import type { Database } from "../../platform/db/database.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { findSealedReport } from "../sealing/index.js";
import { ATTEMPTS_MAX, askedWaitMs, backOffMs } from "./back-off.rules.js";
import type { DeliveryOutlets } from "./deliveries.ports.js";
import { claimDeliveries, type Delivery, settleAttempt } from "./deliveries.store.js";
import { findDestination } from "./destinations.store.js";
import { type AttemptResult, failed, type Sending, sendDelivery } from "./send-delivery.service.js";

export interface DeliveringDeps {
  /** as the drain's role */
  readonly database: Database;
  readonly outlets: DeliveryOutlets;
  now(): number;
  readonly log: Log;
  /** from 0 to 1 */
  random?(): number;
}

export interface Delivered {
  delivered: number;
  /** to be tried again */
  failed: number;
  /** given up */
  dead: number;
}

const AT_ONCE = 16;
/** So that a receiver that hangs holds up its own deliveries only. */
const AT_ONCE_TO_EACH = 2;
/** While some are under way: what becomes due meanwhile waits for no receiver. */
const LOOK_AGAIN_MS = 2_000;
/** Longer than any attempt takes: then whoever made it was stopped. */
const LEASE_US = 120_000_000;

/**
 * Sends what is due, at least once, with one id. Whoever is stopped in between has sent it or not: it is sent again when the lease ends.
 * May run anywhere, any number of times, at once.
 * @param maxMs begins no further attempts after that, or when `signal` says so
 * @throws when Postgres is away
 */
export const deliverReports = async (
  deps: DeliveringDeps,
  maxMs: number,
  signal?: AbortSignal,
): Promise<Delivered> => {
  const { atOnce = AT_ONCE } = deps.outlets;
  const total: Delivered = { delivered: 0, failed: 0, dead: 0 };
  const until = deps.now() + maxMs * 1_000;
  const underWay = new Map<Promise<void>, string>();
  const failures: unknown[] = [];
  const begin = (delivery: Delivery): void => {
    const sending = attempt(deps, delivery)
      .then(
        (result) => {
          total[result] += 1;
        },
        (error) => {
          failures.push(error);
        },
      )
      .finally(() => underWay.delete(sending));
    underWay.set(sending, delivery.destinationId);
  };
  try {
    for (;;) {
      const nowUs = deps.now();
      if (failures.length > 0) throw failures[0];
      if (nowUs > until || signal?.aborted) return total;
      const sentTo = [...underWay.values()];
      const claimed = await deps.database.transaction(NO_TENANT, ({ sql }) =>
        claimDeliveries(sql, {
          ...{ nowUs, leasedUntilUs: nowUs + LEASE_US },
          ...{ limit: atOnce - sentTo.length, limitOfEach: AT_ONCE_TO_EACH, sentTo },
        }),
      );
      if (claimed.length === 0 && sentTo.length === 0) return total;
      for (const delivery of claimed) begin(delivery);
      if (underWay.size > 0) await firstOf([...underWay.keys()], LOOK_AGAIN_MS);
    }
  } finally {
    await Promise.all(underWay.keys());
  }
};

/** Resolves with the first of these, or after so long. */
const firstOf = async (works: readonly Promise<void>[], withinMs: number): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, withinMs);
  });
  await Promise.race([...works, passed]).finally(() => clearTimeout(timer));
};

const attempt = async (deps: DeliveringDeps, delivery: Delivery): Promise<keyof Delivered> => {
  const startedAtUs = deps.now();
  const found = await deps.database.transaction(NO_TENANT, async ({ sql }) => ({
    destination: await findDestination(sql, delivery.destinationId),
    sealed: await findSealedReport(sql, delivery),
  }));
  const result = await send(deps, delivery, found, startedAtUs);
  const endedAtUs = deps.now();
  const isDead = result.outcome === "failed" && (result.final || delivery.attemptsLeft <= 0);
  const isOver = isDead || result.outcome === "delivered";
  const { outcome, status, error, retryAfter } = result;
  const waitMs = Math.max(
    backOffMs(ATTEMPTS_MAX - delivery.attemptsLeft, (deps.random ?? Math.random)()),
    askedWaitMs(retryAfter, endedAtUs / 1_000),
  );
  await deps.database.transaction(NO_TENANT, ({ sql }) =>
    settleAttempt(
      sql,
      delivery,
      { outcome, status, error, durationMs: Math.round((endedAtUs - startedAtUs) / 1_000) },
      {
        state: isDead ? "dead" : isOver ? "delivered" : "pending",
        nextAttemptAtUs: isOver ? endedAtUs : endedAtUs + waitMs * 1_000,
        settledAtUs: isOver ? endedAtUs : null,
      },
    ),
  );
  if (isDead) deps.log.warn({ deliveryId: delivery.id, error }, "a delivery was given up");
  return isDead ? "dead" : outcome;
};

type Found = { [K in "destination" | "sealed"]: Sending[K] | undefined };

const send = async (
  { outlets }: DeliveringDeps,
  delivery: Delivery,
  { destination, sealed }: Found,
  nowUs: number,
): Promise<AttemptResult> => {
  if (!destination) return failed("the destination was deleted", null, true);
  if (!sealed) return failed("the report is not there", null, true);
  return sendDelivery(outlets, { delivery, destination, sealed, nowUs });
};
