import { createHash, randomBytes } from "node:crypto";

/** A key as people hold it: `mh_`, the key's public id, and its secret. */
const KEY = /^mh_([0-9a-f]{16})_[0-9a-f]{48}$/;

/** @returns a new random key: 192 bits of secret */
export const generateApiKey = (): string => generateSecretOf(randomBytes(8).toString("hex"));

/** @returns a key of this id with a new secret */
export const generateSecretOf = (id: string): string => `mh_${id}_${randomBytes(24).toString("hex")}`;

/** @returns the id, which is no secret; null where the text is no key */
export const apiKeyId = (key: string): string | null => KEY.exec(key)?.[1] ?? null;

/**
 * SHA-256 is enough for a random secret of this length: there is no dictionary to try. Postgres compares it, and how long that takes
 * tells nothing of use: whoever sends a key does not choose its hash.
 */
export const hashApiKey = (key: string): Buffer => createHash("sha256").update(key).digest();

/** @returns what stands behind `Bearer`; null where the header is something else (RFC 6750) */
export const bearerOf = (authorization: string | undefined): string | null =>
  /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization ?? "")?.[1] ?? null;
