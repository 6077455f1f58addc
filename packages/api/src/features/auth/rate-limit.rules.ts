import type { UnixMicros } from "@masthead/shared/time";
import { ApiError } from "../../platform/http/problem.js";

/** A limit never lies below (the product promises it to whoever calls the API). */
export const REQUESTS_PER_SECOND_MIN = 100;
export const REQUESTS_PER_SECOND_DEFAULT = 200;

/** Long enough that a program may send in bursts, short enough that whoever is refused need not wait long. */
const WINDOW_SECONDS = 10;
export const RATE_WINDOW_US = WINDOW_SECONDS * 1_000_000;

/** Names the one quota there is. */
const POLICY = '"requests"';

/**
 * What an answer says about the limit (draft-ietf-httpapi-ratelimit-headers-11).
 *
 * @param requests how many of its window, this one included
 */
export const rateLimitHeaders = (
  requests: number,
  requestsPerSecond: number,
  nowUs: UnixMicros,
): Record<"ratelimit" | "ratelimit-policy", string> => {
  const quota = requestsPerSecond * WINDOW_SECONDS;
  const remaining = Math.max(0, quota - requests);
  return {
    "ratelimit-policy": `${POLICY};q=${quota};w=${WINDOW_SECONDS}`,
    ratelimit: `${POLICY};r=${remaining};t=${secondsLeft(nowUs)}`,
  };
};

/** Until the next window, in whole seconds and at least one: whoever waits so long is in it. */
const secondsLeft = (nowUs: UnixMicros): number =>
  Math.ceil((RATE_WINDOW_US - (nowUs % RATE_WINDOW_US)) / 1_000_000);

/** @returns the error for a request beyond the quota; undefined within it */
export const beyondQuota = (
  requests: number,
  requestsPerSecond: number,
  nowUs: UnixMicros,
): ApiError | undefined => {
  const quota = requestsPerSecond * WINDOW_SECONDS;
  if (requests <= quota) return undefined;
  const seconds = secondsLeft(nowUs);
  return new ApiError(
    "too_many_requests",
    `the key has used up its ${quota} requests in ${WINDOW_SECONDS} seconds: wait ${seconds} s`,
    {
      headers: {
        "retry-after": String(seconds),
        ...rateLimitHeaders(requests, requestsPerSecond, nowUs),
      },
    },
  );
};
