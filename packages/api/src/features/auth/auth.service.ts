import type { UnixMicros } from "@masthead/shared/time";
import type { Deps } from "../../deps.js";
import { FLEET } from "../../platform/db/scope.js";
import type { Principal } from "../../platform/http/context.js";
import { apiKeyId, hashApiKey } from "./auth.rules.js";
import { authenticateKey, insertApiKey, isRevoked } from "./auth.store.js";
import { RATE_WINDOW_US } from "./rate-limit.rules.js";

/** Who holds a key, and the how-manieth request of its window this is. */
export interface Authenticated {
  readonly principal: Principal;
  readonly requests: number;
}

/** @returns null where it is no key, an unknown one, or one that is revoked or expired */
export async function authenticate(
  deps: Deps,
  key: string,
  nowUs: UnixMicros,
): Promise<Authenticated | null> {
  const id = apiKeyId(key);
  if (id === null) return null;
  const asked = { id, hash: hashApiKey(key), atUs: nowUs, windowUs: RATE_WINDOW_US };
  const held = await deps.withDatabase((database) =>
    database.statement((sql) => authenticateKey(sql, asked)),
  );
  if (!held) return null;
  const { name, role, tenant, scopes, requests } = held;
  const known = { keyId: id, name, scopes };
  if (role !== "tenant") return { principal: { ...known, role }, requests };
  if (tenant === null) throw new Error(`key ${id} is a tenant's, and names none`);
  return { principal: { ...known, role, tenantId: tenant }, requests };
}

/**
 * Makes a key that the host already holds in a file known to this database. Safe to run at every start: the file is written
 * first, so no crash can leave a key that nobody has. A revoked key stays revoked: whoever removes the file gets a new one.
 *
 * @throws Error when the text is no key of this product
 */
export async function ensureAdminKey(deps: Deps, key: string): Promise<void> {
  const id = apiKeyId(key);
  if (id === null) throw new Error("the admin key is malformed: expected mh_<16 hex digits>_<48 hex digits>");
  const revoked = await deps.withDatabase((database) =>
    database.transaction(FLEET, async ({ sql }) => {
      await insertApiKey(sql, {
        id,
        hash: hashApiKey(key),
        name: "admin",
        role: "admin",
        tenantId: null,
        scopes: null,
        createdAtUs: deps.now(),
        createdBy: "system:host",
        expiresAtUs: null,
      });
      return isRevoked(sql, id);
    }),
  );
  if (revoked)
    deps.log.warn(
      { keyId: id },
      "the key in admin.key was revoked: remove the file, the next start makes a new one",
    );
}
