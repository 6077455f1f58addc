/**
 * The floor (promise the-floor-holds): credentials that no policy can keep, whoever signs it. They can be
 * fingerprinted, masked or noted as present. This is the only list; `*` stands for any characters.
 *
 * Names are compared without case and without `-`, `_` and `.`, so `X_Api_Key` is `x-api-key`.
 *
 * Left out on purpose: `www-authenticate` and `proxy-authenticate` (a challenge, sent to whoever asks), `mcp-session-id`
 * (its specification forbids use as a credential), client certificates (public), `location` and `referer` (URLs: a policy
 * that keeps them keeps their query strings too).
 */
export const FLOOR_HEADERS: readonly string[] = [
  // what browsers and HTTP itself define
  "authorization",
  "*-authorization",
  "authentication",
  "authentication-info",
  "proxy-authentication-info",
  "authentication-control",
  "cookie",
  "*-cookie",
  "cookie2",
  "*-cookie2",
  "dpop",
  "signature",
  "sec-websocket-protocol", // Kubernetes and others pass a bearer token in it
  // by kind
  "auth",
  "*-auth",
  "*-token",
  "token",
  "*-tokens-secret",
  "bearer",
  "*-bearer",
  "*-jwt",
  "jwt",
  "*-jwt-assertion",
  "*-assertion",
  "*-secret",
  "secret",
  "*-password",
  "password",
  "*-passwd",
  "*-passphrase",
  "*-passcode",
  "*-api-key",
  "api-key",
  "*-access-key",
  "access-key",
  "*-auth-key",
  "auth-key",
  "*-secret-key",
  "*-private-key",
  "*-signing-key",
  "*-subscription-key",
  "*-master-key",
  "*-license-key",
  "*-app-key",
  "*-application-key",
  "*-account-key",
  "*-admin-key",
  "*-encryption-key",
  "*-customer-key",
  "*-signature",
  "x-hub-signature*",
  "x-credential",
  "x-credentials",
  "credentials",
  "x-session",
  "x-session-id",
  "session-id",
  "x-session-key",
  "*-otp",
  "*-totp",
  // by product
  "x-functions-key",
  "x-rapidapi-key",
  "x-mashape-key",
  "x-appwrite-key",
  "x-insert-key",
  "x-query-key",
  "x-honeycomb-team",
  "x-jfrog-art-api",
  "x-ovh-consumer",
  "aeg-sas-key",
  "x-ms-token-*",
  "x-ms-authorization-auxiliary",
  "x-amzn-oidc-data",
  "x-amzn-oidc-accesstoken",
  "php-auth-pw",
  "php-auth-digest",
  "x-wsse",
  "x-auth-pw",
  "x-goog-authenticated-user-jwt",
];

/** Query parameters of the floor; also each part of a name such as `user[password]`. */
export const FLOOR_QUERY_PARAMETERS: readonly string[] = [
  "access_token",
  "token",
  "*_token",
  "bearer",
  "jwt",
  "*_jwt",
  "key",
  "api_key",
  "*_api_key",
  "access_key",
  "access_key_id",
  "aws_access_key_id",
  "secret_key",
  "private_key",
  "subscription_key",
  "app_key",
  "auth_key",
  "sig",
  "signature",
  "*_signature",
  "shared_access_signature",
  "hmac",
  "code",
  "device_code",
  "user_code",
  "auth_code",
  "authorization_code",
  "code_verifier",
  "oauth_verifier",
  "password",
  "*_password",
  "passwd",
  "pass",
  "passphrase",
  "passcode",
  "pwd",
  "pin",
  "otp",
  "totp",
  "secret",
  "*_secret",
  "credential",
  "credentials",
  "auth",
  "authorization",
  "authentication",
  "assertion",
  "*_assertion",
  "saml_response",
  "saml_request",
  "saml_art",
  "ticket",
  "session",
  "session_id",
  "session_key",
  "sid",
  "sess",
  "phpsessid",
  "jsessionid",
  "aspsessionid*",
  "cookie",
  "csrf",
  "xsrf",
  "X-Amz-*",
  "X-Goog-*",
  "X-Oss-*",
  "X-Cos-*",
  "X-Tos-*",
];

/** Look like credentials by their ending and are positions in a list. A host's own floor can still name them. */
export const NOT_CREDENTIALS: readonly string[] = [
  "page-token",
  "next-page-token",
  "next-token",
  "continuation-token",
  "sync-token",
  "x-page-token",
  "x-next-page-token",
  "x-next-token",
  "x-continuation-token",
];

export interface LocalFloor {
  readonly headers?: readonly string[];
  readonly queryParameters?: readonly string[];
}

/** What may never be kept. Made by {@link extendFloor}, which can only add. */
export interface Floor {
  /** Is this header on the floor? Any case. */
  hasHeader(name: string): boolean;
  /** Is this query parameter, or a part of it, on the floor? Any case, percent-encoded or not. */
  hasQueryParameter(name: string): boolean;
}

const squash = (name: string): string => name.toLowerCase().replace(/[-_.]/g, "");

interface Names {
  readonly exact: ReadonlySet<string>;
  readonly starts: readonly string[];
  readonly ends: readonly string[];
  readonly around: readonly (readonly [string, string])[];
}

const compile = (patterns: readonly string[]): Names => {
  const exact = new Set<string>();
  const starts: string[] = [];
  const ends: string[] = [];
  const around: [string, string][] = [];
  for (const pattern of patterns) {
    const star = pattern.indexOf("*");
    if (star === -1) exact.add(squash(pattern));
    else {
      if (pattern.indexOf("*", star + 1) !== -1) throw new RangeError(`floor: more than one * in ${pattern}`);
      const before = squash(pattern.slice(0, star));
      const after = squash(pattern.slice(star + 1));
      if (before === "" && after === "") throw new RangeError("floor: * alone");
      if (after === "") starts.push(before);
      else if (before === "") ends.push(after);
      else around.push([before, after]);
    }
  }
  return { exact, starts, ends, around };
};

const has = (names: Names, squashed: string): boolean =>
  names.exact.has(squashed) ||
  names.starts.some((start) => squashed.startsWith(start)) ||
  names.ends.some((end) => squashed.endsWith(end)) ||
  names.around.some(
    ([before, after]) =>
      squashed.length >= before.length + after.length &&
      squashed.startsWith(before) &&
      squashed.endsWith(after),
  );

const decodeFully = (name: string): string => {
  let text = name;
  for (;;) {
    const next = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (next === text) return text;
    text = next;
  }
};

const notCredentials = new Set(NOT_CREDENTIALS.map(squash));
const builtInHeaders = compile(FLOOR_HEADERS);
const builtInQueryParameters = compile(FLOOR_QUERY_PARAMETERS);

/**
 * The floor, with a host's own additions (names or patterns with one `*`).
 * @throws RangeError when a pattern has more than one `*` or nothing else.
 */
export const extendFloor = (local: LocalFloor): Floor => {
  const headers = compile(local.headers ?? []);
  const queryParameters = compile(local.queryParameters ?? []);
  const forbids = (own: Names, builtIn: Names, squashed: string): boolean =>
    has(own, squashed) || (has(builtIn, squashed) && !notCredentials.has(squashed));
  return {
    hasHeader: (name) => forbids(headers, builtInHeaders, squash(name)),
    hasQueryParameter: (name) => {
      const decoded = decodeFully(name);
      return [decoded, ...decoded.split(/[^\w.-]+/)].some(
        (part) => part !== "" && forbids(queryParameters, builtInQueryParameters, squash(part)),
      );
    },
  };
};

/** The floor without local additions. */
export const FLOOR: Floor = extendFloor({});
export const isFloorHeader = (name: string): boolean => FLOOR.hasHeader(name);
export const isFloorQueryParameter = (name: string): boolean => FLOOR.hasQueryParameter(name);
