/** Bounds of a policy document. The kernel's tables (bpf/include/tables.h) rest on the first group. */

/** Bytes of a header or query parameter name: `NAME_MAX_BYTES` of the kernel's tables. */
export const NAME_MAX_BYTES = 64;
/** Header rules in one direction. */
export const HEADER_RULES_MAX = 64;
/** Query parameters that may be kept. */
export const QUERY_KEEP_MAX = 64;
/** Targets of one policy; all policies of an agent together have at most {@link TARGET_ITEMS_MAX}. */
export const TARGETS_MAX = 16;
/** Target items of all policies that apply to one agent: `TABLE_ITEMS` of the kernel's tables. */
export const TARGET_ITEMS_MAX = 64;

/** Bytes of a kept value: `maxLength` where a rule does not say, and the most that it may say. */
export const KEEP_BYTES_DEFAULT = 512;
export const KEEP_BYTES_MAX = 4096;
/** Bytes read of a header that only `tenant`, `dimensions` or `measures` names: 128 characters of UTF-8. */
export const READ_BYTES_MAX = 512;

export const POLICY_NAME_MAX_CHARACTERS = 63;
export const DESCRIPTION_MAX_CHARACTERS = 1024;
export const PRIORITY_MAX = 1_000_000;
export const LABELS_MAX = 16;
export const LABEL_NAME_MAX_CHARACTERS = 64;
export const LABEL_VALUE_MAX_CHARACTERS = 256;
export const EXECUTABLE_GLOB_MAX_CHARACTERS = 1024;
export const MATCH_HOSTS_MAX = 64;
/** A DNS name has at most 253. */
export const HOST_GLOB_MAX_CHARACTERS = 253;
export const MATCH_PATHS_MAX = 64;
export const PATH_GLOB_MAX_CHARACTERS = 1024;
export const MATCH_METHODS_MAX = 32;
/** `RECORD_METHOD_MAX` of the kernel's records. */
export const METHOD_MAX_CHARACTERS = 32;
export const TENANT_RULES_MAX = 8;
export const DIMENSIONS_MAX = 8;
export const MEASURES_MAX = 8;
/** Exchanges a second that `maxPerSecond` may allow. */
export const SAMPLING_PER_SECOND_MAX = 1_000_000;
/** Addresses and networks of `clientAddress.trustedProxies`. */
export const TRUSTED_PROXIES_MAX = 64;
/** An IPv6 address of 45 characters, a slash and three digits. */
export const TRUSTED_PROXY_MAX_CHARACTERS = 49;
/**
 * Bytes read of the header that `clientAddress` names. What counts is at its end, so it is read as far as the kernel keeps any
 * value: some 250 addresses of IPv4.
 */
export const FORWARDED_BYTES_MAX = KEEP_BYTES_MAX;
/** Errors that one refusal lists. */
export const POLICY_ERRORS_MAX = 100;
