import { createApp } from "@masthead/api/app";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";

let plane: TestControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane?.stop());

const START_US = Date.parse("2026-11-27T12:00:00Z") * 1_000;
const setUsed = (requests: number) =>
  plane.database.open("owner").sql`update key_requests set requests = ${requests}`;
const used = async () => {
  const [row] = await plane.database.open("owner").sql<
    { n: number }[]
  >`select requests as n from key_requests`;
  return row?.n;
};

describe("requests of one key", () => {
  it("are counted, over ten seconds, and told in each answer, errors too", async () => {
    plane.clock.nowUs = START_US;
    const found = await plane.request("GET", "/v1/usage");
    expect(found.headers.get("ratelimit-policy")).toBe('"requests";q=2000;w=10');
    expect(found.headers.get("ratelimit")).toBe('"requests";r=1999;t=10');
    plane.clock.nowUs += 4_000_000;
    const missing = await plane.request("GET", "/v1/agents/nobody");
    expect([missing.status, missing.headers.get("ratelimit")]).toEqual([404, '"requests";r=1998;t=6']);
    expect(missing.headers.get("content-type")).toBe("application/problem+json");
    plane.clock.nowUs += 6_000_000;
    expect((await plane.request("GET", "/v1/usage")).headers.get("ratelimit")).toBe('"requests";r=1999;t=10');
  });

  it("are refused beyond the limit until the next window, and nothing else is done for them", async () => {
    plane.clock.nowUs = START_US + 20_000_000;
    await plane.request("GET", "/v1/usage");
    await setUsed(1_999);
    expect((await plane.request("GET", "/v1/usage")).status).toBe(200);
    const refused = await plane.request("DELETE", "/v1/policies/default");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("10");
    expect(refused.headers.get("ratelimit")).toBe('"requests";r=0;t=10');
    expect(await refused.json()).toMatchObject({ code: "too_many_requests", status: 429 });
    plane.clock.nowUs += 10_000_000;
    expect((await plane.request("GET", "/v1/usage")).status).toBe(200);
  });

  it("have no miscount, however many come at once", async () => {
    plane.clock.nowUs = START_US + 60_000_000;
    await Promise.all(Array.from({ length: 20 }, () => plane.request("GET", "/v1/agents")));
    expect(await used()).toBe(20);
  });

  it("are not used up by whoever knows the id and not the secret", async () => {
    const before = await used();
    const forged = `${plane.adminKey.slice(0, 20)}${"0".repeat(48)}`;
    const answer = await plane.request("GET", "/v1/usage", {
      headers: { authorization: `Bearer ${forged}` },
    });
    expect([answer.status, answer.headers.get("ratelimit")]).toEqual([401, null]);
    expect(await used()).toBe(before);
  });

  it("are as many as the server is set up for", async () => {
    const app = createApp(plane.deps, { requestsPerSecond: 100 });
    const answer = await app.request("/v1/usage", { headers: { authorization: `Bearer ${plane.adminKey}` } });
    expect(answer.headers.get("ratelimit-policy")).toBe('"requests";q=1000;w=10');
  });
});
