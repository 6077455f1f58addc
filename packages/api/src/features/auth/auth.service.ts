import type { Deps } from "../../deps.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import type { Principal } from "../../platform/http/context.js";
import { apiKeyId, hashApiKey, matchesHash } from "./auth.rules.js";
import { findApiKey, insertApiKey } from "./auth.store.js";

/** @returns who holds the key; null where it is none, an unknown or a revoked one */
export async function authenticate(deps: Deps, key: string): Promise<Principal | null> {
  const id = apiKeyId(key);
  if (id === null) return null;
  const row = await deps.withDatabase((database) =>
    database.transaction(NO_TENANT, ({ sql }) => findApiKey(sql, id), "read only"),
  );
  return row && matchesHash(key, row.hash)
    ? { keyId: row.id, name: row.name, role: row.role, scopes: null }
    : null;
}

/**
 * Makes a key that the host already holds in a file known to this database. Safe to run at every start: the file is written
 * first, so no crash can leave a key that nobody has. A revoked key stays revoked.
 *
 * @throws Error when the text is no key of this product
 */
export async function ensureAdminKey(deps: Deps, key: string): Promise<void> {
  const id = apiKeyId(key);
  if (id === null) throw new Error("the admin key is malformed: expected mh_<16 hex digits>_<48 hex digits>");
  await deps.withDatabase((database) =>
    database.transaction(NO_TENANT, ({ sql }) =>
      insertApiKey(sql, { id, hash: hashApiKey(key), role: "admin", name: "admin", createdAtUs: deps.now() }),
    ),
  );
}
