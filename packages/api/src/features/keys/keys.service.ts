import type { KeyResource, KeyWithSecret } from "@masthead/shared/http/key-resource";
import { toRfc3339 } from "@masthead/shared/time";
import type { Deps } from "../../deps.js";
import type { Transaction } from "../../platform/db/database.js";
import type { Scope } from "../../platform/db/scope.js";
import { type Principal, scopeOf } from "../../platform/http/context.js";
import { ApiError } from "../../platform/http/problem.js";
import { actorOf, recordChange } from "../audit/index.js";
import {
  apiKeyId,
  coversAll,
  generateApiKey,
  generateSecretOf,
  hashApiKey,
  insertApiKey,
} from "../auth/index.js";
import { isExpired, previousSecretUntilUs, toKeyResource } from "./keys.rules.js";
import type { NewKeyRequest } from "./keys.schema.js";
import {
  countKeys,
  findKey,
  type KeyPosition,
  type KeyRow,
  listKeys,
  lockLastingAdminKeys,
  replaceSecret,
  revokeKey,
} from "./keys.store.js";

/** Keys that one control plane holds. */
const KEYS_MAX = 10_000;

const notFound = (id: string) => new ApiError("not_found", `there is no key ${id}`);

/** Whoever could make or rotate a stronger key than their own would hold it. */
const checkCovers = (principal: Principal, key: Pick<KeyRow, "role" | "scopes">): void => {
  if (!coversAll(principal, key))
    throw new ApiError(
      "forbidden",
      "the key may do more than the one that asks: nobody hands out more than they hold",
    );
};

/**
 * Makes a key. Its secret is in the answer and nowhere else.
 *
 * @throws ApiError `invalid_document`, `forbidden` where it would be able to do more than who asks, `conflict`
 */
export async function createKey(
  deps: Deps,
  principal: Principal,
  { name, role, tenant = null, scopes: asked = null, expiresAt: expiresAtUs = null }: NewKeyRequest,
): Promise<KeyWithSecret> {
  const nowUs = deps.now();
  if (expiresAtUs !== null && expiresAtUs <= nowUs) {
    const message = "this is past already";
    throw new ApiError("invalid_document", `/expiresAt: ${message}`, {
      errors: [{ pointer: "/expiresAt", message }],
    });
  }
  const scopes = asked && [...new Set(asked)].sort();
  checkCovers(principal, { role, scopes });
  const key = generateApiKey();
  const row: KeyRow = {
    id: apiKeyId(key) ?? "",
    name,
    role,
    tenantId: tenant,
    scopes,
    createdAtUs: nowUs,
    createdBy: actorOf(principal).id,
    expiresAtUs,
    previousUntilUs: null,
    lastUsedDay: null,
  };
  const resource = toKeyResource(row, nowUs);
  await deps.withDatabase((database) =>
    database.transaction(scopeOf(principal), async ({ sql }) => {
      if ((await countKeys(sql)) >= KEYS_MAX)
        throw new ApiError("conflict", `there are ${KEYS_MAX} keys already: delete one first`);
      await insertApiKey(sql, { ...row, hash: hashApiKey(key) });
      const { expiresAt } = resource;
      await record(sql, principal, "key.create", row.id, nowUs, { name, role, tenant, scopes, expiresAt });
    }),
  );
  return { ...resource, key };
}

/**
 * Gives a key a new secret, while the one there is is let in for `overlapMs` more.
 *
 * @throws ApiError `not_found`, `forbidden`, `conflict` where that would end the secret from before the last rotation early
 */
export const rotateKey = (
  deps: Deps,
  principal: Principal,
  { id, overlapMs }: { id: string; overlapMs: number },
): Promise<KeyWithSecret> =>
  deps.withDatabase((database) =>
    database.transaction(scopeOf(principal), async ({ sql }) => {
      const held = await findKey(sql, id, "lock");
      if (!held) throw notFound(id);
      checkCovers(principal, held);
      const nowUs = deps.now();
      if (isExpired(held, nowUs)) throw new ApiError("conflict", "the key has expired: make a new one");
      const stillUntilUs = previousSecretUntilUs(held, nowUs);
      if (stillUntilUs !== null && overlapMs > 0)
        throw new ApiError(
          "conflict",
          `the secret from before the last rotation is let in until ${toRfc3339(stillUntilUs)}: rotate after that, or with overlapMs 0, which ends both`,
        );
      const key = generateSecretOf(id);
      const previousUntilUs = overlapMs > 0 ? nowUs + overlapMs * 1_000 : null;
      await replaceSecret(sql, { id, hash: hashApiKey(key), previousUntilUs });
      await record(sql, principal, "key.rotate", id, nowUs, { name: held.name, overlapMs });
      return { ...toKeyResource({ ...held, previousUntilUs }, nowUs), key };
    }),
  );

/**
 * Ends a key, at once and for good.
 *
 * @throws ApiError `not_found`, `conflict` where nobody could make keys any more
 */
export const deleteKey = (deps: Deps, principal: Principal, id: string): Promise<void> =>
  deps.withDatabase((database) =>
    database.transaction(scopeOf(principal), async ({ sql }) => {
      const lasting = await lockLastingAdminKeys(sql);
      const held = await findKey(sql, id, "lock");
      if (!held) throw notFound(id);
      if (lasting.length === 1 && lasting[0] === id)
        throw new ApiError("conflict", "this is the last admin key that does not expire: make another first");
      const nowUs = deps.now();
      await revokeKey(sql, id, nowUs);
      await record(sql, principal, "key.delete", id, nowUs, { name: held.name, role: held.role });
    }),
  );

/** @throws ApiError `not_found` */
export async function getKey(deps: Deps, scope: Scope, id: string): Promise<KeyResource> {
  const key = await deps.withDatabase((database) =>
    database.transaction(scope, ({ sql }) => findKey(sql, id), "read only"),
  );
  if (!key) throw notFound(id);
  return toKeyResource(key, deps.now());
}

/** Keys, the oldest first, from behind `after` on. */
export const getKeys = (
  deps: Deps,
  scope: Scope,
  page: { after?: KeyPosition | undefined; limit: number },
): Promise<KeyRow[]> =>
  deps.withDatabase((database) => database.transaction(scope, ({ sql }) => listKeys(sql, page), "read only"));

const record = (
  sql: Transaction["sql"],
  principal: Principal,
  action: string,
  id: string,
  atUs: number,
  detail: Record<string, unknown>,
): Promise<void> =>
  recordChange(sql, { atUs, actor: actorOf(principal), action, subject: `key:${id}`, detail });
