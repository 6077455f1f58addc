import type { Deps } from "./deps.js";
import {
  ATTEMPTS_MAX,
  type Delivered,
  type DeliveryOutlets,
  deliverReports,
  queueDeliveries,
} from "./features/deliveries/index.js";
import { type Sealed, sealReports } from "./features/sealing/index.js";

/**
 * Seals and restates the reports that are owed, and notes their deliveries with each. May run anywhere, any number of times, at once.
 * @param deps as the drain's database role
 * @param maxMs begins nothing more after that, or when `signal` says so
 */
export const sealStep = (
  { withDatabase, now, log }: Deps,
  maxMs: number,
  signal?: AbortSignal,
): Promise<Sealed> =>
  withDatabase((database) =>
    sealReports(
      {
        database,
        now,
        log,
        onSealed: (sql, { tenantId, period, version, sealedAtUs }) =>
          queueDeliveries(sql, { tenantId, period, version, nowUs: sealedAtUs, attempts: ATTEMPTS_MAX }),
      },
      maxMs,
      signal,
    ),
  );

/**
 * Sends the deliveries that are due. May run anywhere, any number of times, at once.
 * @param deps as the drain's database role
 * @param maxMs begins nothing more after that, or when `signal` says so
 */
export const deliverStep = (
  { withDatabase, now, log }: Deps,
  outlets: DeliveryOutlets,
  maxMs: number,
  signal?: AbortSignal,
): Promise<Delivered> =>
  withDatabase((database) => deliverReports({ database, outlets, now, log }, maxMs, signal));
