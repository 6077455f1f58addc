import { describe, expect, it } from "vitest";
import { beyondQuota, RATE_WINDOW_US, rateLimitHeaders } from "./rate-limit.rules.js";

const WINDOW_STARTS_US = 1_795_000_000_000_000;

describe("the limit of requests", () => {
  it("is told in structured fields: quota and window, what remains and when there is more", () => {
    expect(WINDOW_STARTS_US % RATE_WINDOW_US).toBe(0);
    expect(rateLimitHeaders(1, 200, WINDOW_STARTS_US)).toEqual({
      "ratelimit-policy": '"requests";q=2000;w=10',
      ratelimit: '"requests";r=1999;t=10',
    });
    expect(rateLimitHeaders(2_500, 200, WINDOW_STARTS_US + 9_999_999).ratelimit).toBe('"requests";r=0;t=1');
  });

  it("is reached by the request after the last that it allows", () => {
    expect(beyondQuota(2_000, 200, WINDOW_STARTS_US)).toBeUndefined();
    const refused = beyondQuota(2_001, 200, WINDOW_STARTS_US + 2_500_000);
    expect(refused?.code).toBe("too_many_requests");
    expect(refused?.headers).toEqual({
      "retry-after": "8",
      "ratelimit-policy": '"requests";q=2000;w=10',
      ratelimit: '"requests";r=0;t=8',
    });
  });

  it("lets whoever waited as long as they were told into the next window", () => {
    for (const offsetUs of [0, 1, 999_999, 1_000_000, 9_000_001, 9_999_999]) {
      const nowUs = WINDOW_STARTS_US + offsetUs;
      const waited = nowUs + Number(beyondQuota(9_999, 100, nowUs)?.headers["retry-after"]) * 1e6;
      expect(Math.floor(waited / RATE_WINDOW_US)).toBe(Math.floor(nowUs / RATE_WINDOW_US) + 1);
    }
  });
});
