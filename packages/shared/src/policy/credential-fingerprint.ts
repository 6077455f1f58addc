import { SCHEME_HEADERS } from "./auth-schemes.js";
import { type FingerprintKey, siphash128 } from "./fingerprint.js";
import { fingerprintText } from "./redacted-text.js";

/** What the kernel sees of a head; a value that is longer is never seen whole, and has no fingerprint. */
export const CREDENTIAL_MAX_BYTES = 16 * 1024;

const [SPACE, TAB] = [0x20, 0x09];
/** Blanks between scheme and secret; more count as part of the secret. */
const BLANKS_MAX = 8;
const TOKEN = new Set([..."!#$%&'*+-.^_`|~"].map((char) => char.charCodeAt(0)));

const isToken = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  TOKEN.has(byte);
const isBlank = (byte: number | undefined): boolean => byte === SPACE || byte === TAB;

const withoutBlanks = (value: Uint8Array): Uint8Array => {
  let [from, to] = [0, value.length];
  while (from < to && isBlank(value[from])) from++;
  while (to > from && isBlank(value[to - 1])) to--;
  return value.subarray(from, to);
};

/** What follows `token 1*SP`; all of it where it has no scheme. */
const withoutScheme = (value: Uint8Array): Uint8Array => {
  let at = 0;
  while (at < value.length && isToken(value[at] as number)) at++;
  if (at === 0 || value[at] !== SPACE) return value;
  for (let blanks = 0; blanks < BLANKS_MAX && value[at] === SPACE; blanks++) at++;
  return value.subarray(at);
};

/**
 * The fingerprint of a header's value, as the kernel program computes it (`append_value` of bpf/lib/redact.h): of the whole value less
 * outer blanks; of `authorization` and `proxy-authorization`, of what follows the scheme.
 *
 * @param header in lower case
 */
export const credentialFingerprint = (key: FingerprintKey, header: string, value: Uint8Array): string => {
  const whole = withoutBlanks(value);
  const secret = SCHEME_HEADERS.has(header) ? withoutScheme(whole) : whole;
  return fingerprintText(key.id, siphash128(key.bytes, secret));
};
