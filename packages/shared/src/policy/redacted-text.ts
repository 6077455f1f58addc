import { authSchemeName } from "./auth-schemes.js";

/**
 * How a value that is not kept shows on an exchange, one array element per occurrence. Promise redacted-at-source: made
 * from what the kernel sent, which holds no more than is shown.
 */

/** Values shorter than this (after an authentication scheme) show nothing of themselves under `mask`. */
export const MASK_MIN_BYTES = 24;
/** Characters shown at each end by `mask`. */
export const MASK_SHOWN_BYTES = 4;

/** `fp:<key id>:<32 hex>`; `fp:truncated` where the value was not seen whole. */
export const fingerprintText = (keyId: string, hash: Uint8Array | null): string => {
  if (hash === null || hash.length !== 16) return "fp:truncated";
  let hex = "";
  for (let i = 0; i < 16; i++) hex += ((hash[i] as number) + 0x100).toString(16).slice(1);
  return `fp:${keyId}:${hex}`;
};

/** `mask:abcd…wxyz`; `mask:…` where the value is too short to show any of it. `first` and `last` are printable text. */
export const maskText = (shown: { first: string; last: string } | null): string =>
  shown === null ? "mask:…" : `mask:${shown.first}…${shown.last}`;

/**
 * `present:<scheme>:<length>`: the scheme by its name where it is known, else nothing between the colons; the length in
 * bytes of the whole value less outer whitespace. `present::17` is 17 bytes of a header that has no scheme, or of one
 * whose scheme is not known.
 */
export const presenceText = (schemeId: number, length: number): string =>
  `present:${authSchemeName(schemeId) ?? ""}:${length}`;
