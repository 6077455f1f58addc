import { describe, expect, it } from "vitest";
import { extendFloor, isFloorHeader, isFloorQueryParameter, NOT_CREDENTIALS } from "./floor.js";

// Promise the-floor-holds.
describe("the floor", () => {
  it.each(
    `authorization proxy-authorization cookie set-cookie x-api-key api-key x-auth-token x-access-token
    x-amz-security-token x-csrf-token x-xsrf-token x-goog-iap-jwt-assertion x-vault-token private-token x-gitlab-token
    x-auth-key apikey x-session-token x-refresh-token x-id-token x-goog-api-key ocp-apim-subscription-key x-functions-key
    x-shopify-access-token x-hub-signature x-hub-signature-256 cf-access-jwt-assertion x-ms-token-aad-access-token
    x-forwarded-access-token x-forwarded-authorization authentication authentication-info dpop signature
    AUTHORIZATION X_Api_Key xApiKey set-cookie2 token x-client-secret cf-access-client-secret php-auth-pw x-github-otp
    x-amzn-oidc-accesstoken x-plex-token dd-api-key x-honeycomb-team`.split(/\s+/),
  )("has the header %s", (name) => {
    expect(isFloorHeader(name)).toBe(true);
  });

  it.each(
    `x-request-id user-agent content-type x-client-id x-tenant-id x-model-id x-ratelimit-ai-tokens x-forwarded-for
    x-total-tokens host accept traceparent b3 x-b3-traceid idempotency-key etag www-authenticate x-forwarded-host
    access-control-allow-credentials sec-websocket-key x-cache-key origin location retry-after x-kong-request-id
    x-continuation-token x-consumer-id x-author authority tokens x-envoy-upstream-service-time
    strict-transport-security`.split(/\s+/),
  )("leaves the header %s to the policy", (name) => {
    expect(isFloorHeader(name)).toBe(false);
  });

  it.each(
    `access_token token api_key apikey sig code password client_secret X-Amz-Signature x-amz-security-token id_token
    refresh_token jwt secret session signature Access%5fToken access%255Ftoken user[password] token[] auth.token key pwd
    X-Goog-Signature oauth_token SAMLResponse code_verifier`.split(/\s+/),
  )("has the query parameter %s", (name) => {
    expect(isFloorQueryParameter(name)).toBe(true);
  });

  it.each(
    "page limit q sort filter[status] cursor encode keyboard passenger pageToken next_token country_code".split(
      " ",
    ),
  )("leaves the query parameter %s to the policy", (name) => {
    expect(isFloorQueryParameter(name)).toBe(false);
  });

  it("can be added to by a host, and only that", () => {
    const floor = extendFloor({ headers: ["X-Employee-*", "*-badge", "page-token"], queryParameters: ["q"] });
    expect(["x-employee-number", "x-door-badge", "authorization", "page-token"].map(floor.hasHeader)).toEqual(
      [true, true, true, true],
    );
    expect(floor.hasQueryParameter("Q")).toBe(true);
    expect(NOT_CREDENTIALS.some(isFloorHeader)).toBe(false);
    expect(() => extendFloor({ headers: ["*"] })).toThrow(RangeError);
    expect(() => extendFloor({ headers: ["a*b*c"] })).toThrow(RangeError);
  });
});
