import type { Deps } from "../../deps.js";
import { FLEET } from "../../platform/db/scope.js";
import type { Principal } from "../../platform/http/context.js";
import { ApiError } from "../../platform/http/problem.js";
import { actorOf, recordChange } from "../audit/index.js";
import { ATTEMPTS_MAX } from "./back-off.rules.js";
import { type DeliveryFilter, listDeliveries, readDelivery } from "./deliveries.read-model.js";
import { type Attempt, type Delivery, sendAgain } from "./deliveries.store.js";

const notFound = (id: string) =>
  new ApiError("not_found", `there is no delivery ${id}, or its destination was deleted`);

/** Deliveries, newest first, from behind `after` on. Of operators' keys only. */
export const getDeliveries = (
  deps: Deps,
  filter: DeliveryFilter,
  page: { after?: { createdAtUs: number; id: string } | undefined; limit: number },
): Promise<Delivery[]> =>
  deps.withDatabase((database) =>
    database.transaction(FLEET, ({ sql }) => listDeliveries(sql, filter, page), "read only"),
  );

/** @throws ApiError `not_found` */
export const getDelivery = async (
  deps: Deps,
  id: string,
): Promise<{ delivery: Delivery; attempts: Attempt[] }> => {
  const found = await deps.withDatabase((database) =>
    database.transaction(FLEET, ({ sql }) => readDelivery(sql, id), "read only"),
  );
  if (!found) throw notFound(id);
  return found;
};

/** Makes a delivery due now, with its id, whatever became of it. @throws ApiError `not_found` */
export const resendDelivery = (
  deps: Deps,
  principal: Principal,
  id: string,
): Promise<{ delivery: Delivery; attempts: Attempt[] }> =>
  deps.withDatabase((database) =>
    database.transaction(FLEET, async ({ sql }) => {
      const nowUs = deps.now();
      if (!(await sendAgain(sql, id, { nowUs, attempts: ATTEMPTS_MAX }))) throw notFound(id);
      await recordChange(sql, {
        atUs: nowUs,
        actor: actorOf(principal),
        action: "delivery.resend",
        subject: `delivery:${id}`,
      });
      const found = await readDelivery(sql, id);
      if (!found) throw notFound(id);
      return found;
    }),
  );
