import type { KeyResource, KeyWithSecret } from "@masthead/shared/http/key-resource";
import type { Page } from "@masthead/shared/http/page";
import type { Ask, CallOptions } from "../ask.js";
import { type Listing, listing, type PageQuery } from "../pages.js";

export interface NewKey {
  /** what it is for, in words */
  name: string;
  role: KeyResource["role"];
  /** whose it is; needed for the role `tenant`, and for no other */
  tenant?: string | undefined;
  /** what narrows the role further, such as `usage:read` */
  scopes?: readonly string[] | undefined;
  /** RFC 3339 */
  expiresAt?: string | undefined;
}

/** Keys of the API: who may ask, and for what. */
export interface KeysClient extends Listing<PageQuery, Page<KeyResource>> {
  get(id: string, options?: CallOptions): Promise<KeyResource>;
  /** The answer holds the key, shown this once. */
  create(key: NewKey, options?: CallOptions): Promise<KeyWithSecret>;
  /** A new secret; the one there is is let in for `overlapMs` more, an hour by default, and with 0 not any more. */
  rotate(
    id: string,
    rotation?: { overlapMs?: number | undefined },
    options?: CallOptions,
  ): Promise<KeyWithSecret>;
  delete(id: string, options?: CallOptions): Promise<void>;
}

export const keysClient = (ask: Ask): KeysClient => ({
  ...listing((query: PageQuery, options) => ask.json("GET /v1/keys", { query, options })),
  get: (id, options) => ask.json("GET /v1/keys/{id}", { path: { id }, options }),
  create: (body, options) => ask.json("POST /v1/keys", { body, options }),
  rotate: (id, body = {}, options) => ask.json("POST /v1/keys/{id}/rotate", { path: { id }, body, options }),
  delete: (id, options) => ask.json("DELETE /v1/keys/{id}", { path: { id }, options }),
});
