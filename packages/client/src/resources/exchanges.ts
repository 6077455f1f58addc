import type { ExchangeItem } from "@masthead/shared/http/exchange-item";
import type { Page } from "@masthead/shared/http/page";
import type { Ask } from "../ask.js";
import { type Listing, listing, type PageQuery } from "../pages.js";

export interface ExchangesQuery extends PageQuery {
  /** inclusive, RFC 3339; an hour before `to` by default */
  from?: string | undefined;
  /** exclusive, RFC 3339; now by default */
  to?: string | undefined;
  tenant?: string | undefined;
  service?: string | undefined;
  host?: string | undefined;
  /** in upper case */
  method?: string | undefined;
  /** `404`, `5xx`, or `none`: without a response */
  status?: string | undefined;
  /** what the path begins with, or all of it where `*` stands for any characters */
  path?: string | undefined;
  role?: "server" | "client" | undefined;
  /** values of headers as they were kept, by name in lower case */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** Requests and their responses one by one, newest first. Sampled where policies say so. */
export type ExchangesClient = Listing<ExchangesQuery, Page<ExchangeItem>>;

export const exchangesClient = (ask: Ask): ExchangesClient =>
  listing(({ headers = {}, ...query }: ExchangesQuery, options) =>
    ask.json("GET /v1/exchanges", {
      query: {
        ...query,
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [`header.${name}`, value])),
      },
      options,
    }),
  );
