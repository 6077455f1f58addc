import type { DeliveryDetail, DeliveryResource } from "@masthead/shared/http/delivery-resource";
import type { DestinationInput, DestinationResource } from "@masthead/shared/http/destination-resource";
import type { Page } from "@masthead/shared/http/page";
import type { Ask, CallOptions } from "../ask.js";
import { type Listing, listing, type PageQuery } from "../pages.js";
import { type ChangeOptions, precondition } from "../precondition.js";

/** Destinations: where sealed reports are sent. */
export interface DestinationsClient extends Listing<PageQuery, Page<DestinationResource>> {
  get(id: string, options?: CallOptions): Promise<DestinationResource>;
  /** Reports that are sealed from now on are sent there. */
  create(document: DestinationInput, options?: CallOptions): Promise<DestinationResource>;
  /** Replaces it. Secrets that are left out stay as they are. */
  put(id: string, document: DestinationInput, options?: ChangeOptions): Promise<DestinationResource>;
  /** What is on its way there is cancelled. */
  delete(id: string, options?: CallOptions): Promise<void>;
}

export const destinationsClient = (ask: Ask): DestinationsClient => ({
  ...listing((query: PageQuery, options) => ask.json("GET /v1/destinations", { query, options })),
  get: (id, options) => ask.json("GET /v1/destinations/{id}", { path: { id }, options }),
  create: (body, options) => ask.json("POST /v1/destinations", { body, options }),
  put: (id, body, options) =>
    ask.json("PUT /v1/destinations/{id}", { path: { id }, body, headers: precondition(options), options }),
  delete: (id, options) => ask.json("DELETE /v1/destinations/{id}", { path: { id }, options }),
});

export interface DeliveriesQuery extends PageQuery {
  /** id of a destination */
  destination?: string | undefined;
  /** id of a tenant */
  tenant?: string | undefined;
  /** `dead` are the dead letters */
  state?: DeliveryResource["state"] | undefined;
}

/** Deliveries: each version of a report on its way to a destination. */
export interface DeliveriesClient extends Listing<DeliveriesQuery, Page<DeliveryResource>> {
  /** With its attempts. */
  get(id: string, options?: CallOptions): Promise<DeliveryDetail>;
  /** Sends it again, whatever became of it. */
  resend(id: string, options?: CallOptions): Promise<DeliveryDetail>;
}

export const deliveriesClient = (ask: Ask): DeliveriesClient => ({
  ...listing((query: DeliveriesQuery, options) => ask.json("GET /v1/deliveries", { query, options })),
  get: (id, options) => ask.json("GET /v1/deliveries/{id}", { path: { id }, options }),
  resend: (id, options) => ask.json("POST /v1/deliveries/{id}/resend", { path: { id }, options }),
});
