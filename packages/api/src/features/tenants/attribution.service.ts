import type { Transaction } from "../../platform/db/database.js";
import { type AttributedPart, attributionsOf, type Owners } from "./attribution.rules.js";
import { countAttributions } from "./attributions.store.js";
import { lockRegistry, ownersOf } from "./registry.store.js";

const NOBODY: Owners = new Map();

/**
 * Whose it is that came without a tenant, held still until the transaction ends: a fingerprint that is registered meanwhile waits,
 * and what follows it finds what is booked here. Called before any other lock is taken.
 *
 * @param credentials of what is booked, see {@link credentialsOf}
 */
export const lockOwners = async ({ sql }: Transaction, credentials: ReadonlySet<string>): Promise<Owners> => {
  if (credentials.size === 0) return NOBODY;
  await lockRegistry(sql, "book");
  return ownersOf(sql, [...credentials]);
};

/** Remembers how these parts came to be their tenants', once they are booked. */
export const noteAttributed = ({ sql }: Transaction, parts: readonly AttributedPart[]): Promise<void> =>
  countAttributions(sql, "ingest", attributionsOf(parts));
