/**
 * Authentication schemes that may be named in clear (IANA's registry and a few in wide use), lower case. A scheme's id is
 * its index + 1 and is part of the kernel contract (`auth_schemes` of bpf/include/tables.h): append, never reorder.
 */
export const AUTH_SCHEMES = [
  "basic",
  "bearer",
  "digest",
  "negotiate",
  "ntlm",
  "hoba",
  "mutual",
  "oauth",
  "scram-sha-1",
  "scram-sha-256",
  "vapid",
  "dpop",
  "gnap",
  "privatetoken",
  "aws4-hmac-sha256",
  "token",
  "apikey",
  "hawk",
  "concealed",
] as const;
export type AuthScheme = (typeof AUTH_SCHEMES)[number];

/** Id of a scheme in any case; 0: unknown. */
export const authSchemeId = (scheme: string): number =>
  (AUTH_SCHEMES as readonly string[]).indexOf(scheme.toLowerCase()) + 1;

/** Name of a scheme id; undefined for 0 and ids that are not known. */
export const authSchemeName = (id: number): AuthScheme | undefined => AUTH_SCHEMES[id - 1];

/** Headers whose value begins with a scheme. */
export const SCHEME_HEADERS: ReadonlySet<string> = new Set(["authorization", "proxy-authorization"]);
