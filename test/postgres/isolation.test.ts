import { ROLE_PERMISSIONS } from "@masthead/api/features/auth/index";
import type { ExchangeItem } from "@masthead/shared/http/exchange-item";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DescribedRoute, describedRoutes } from "./support/api-routes.js";
import {
  type AnyRequest,
  anyRequest,
  DAY,
  FILTERS,
  ownExchanges,
  SOMEBODY,
} from "./support/random-requests.js";
import { CANARY, CONSUMER, startTwoTenants, TENANT, type TwoTenants } from "./support/two-tenants.js";

const routes = await describedRoutes();
const requests = anyRequest(routes);
let world: TwoTenants;
beforeAll(async () => {
  world = await startTwoTenants();
});
afterAll(() => world?.stop());

type Who = keyof TwoTenants["keys"];
const ROLE_OF = {
  admin: "admin",
  editor: "editor",
  viewer: "viewer",
  own: "tenant",
  other: "tenant",
  ownUsageOnly: "tenant",
} as const;

/** A path of the route; where it names a tenant, this one. */
const pathOf = (route: DescribedRoute, tenant: string): string =>
  route.path
    .replace("/v1/tenants/{id}", `/v1/tenants/${tenant}`)
    .replace("/v1/keys/{id}", `/v1/keys/${world.spareKeyId}`)
    .replace("/v1/agents/{id}", `/v1/agents/agent-${CANARY.other}`)
    .replace("/v1/policies/{name}", `/v1/policies/${CANARY.fleet}`)
    .replace("{period}", DAY)
    .replace(/\{[^}]+\}/g, tenant);

const mayAsk = (who: Who, route: DescribedRoute): boolean =>
  who === "ownUsageOnly"
    ? route.permission === "usage:read"
    : (ROLE_PERMISSIONS[ROLE_OF[who]] as readonly string[]).includes(route.permission ?? "");

/** All that an answer says, less what differs between two askings of the same. */
const told = async (response: Response): Promise<string> => {
  const headers = [...response.headers].filter(([name]) => !/^(ratelimit|x-request-id)/.test(name));
  return JSON.stringify([response.status, headers, withoutNames(await response.text())]);
};
const withoutNames = (text: string): string =>
  text.replace(/"requestId":"[^"]*"/, "").replace(/"nextCursor":"([\w-]+)"/, (_, cursor: string) => {
    const { p } = JSON.parse(Buffer.from(cursor, "base64url").toString()) as { p: unknown };
    return JSON.stringify(p);
  });

/** Sends a request in which somebody is `name`. */
const send = (who: Who, { route, tenant, body, query }: AnyRequest, name: string): Promise<Response> => {
  const named = (text: string) => text.replaceAll(SOMEBODY, name);
  const known = [...route.query, ...(route.query.length > 2 ? FILTERS : [])];
  const pairs =
    known.length === 0 ? [] : query.map(([n, value]) => [known[n % known.length] ?? "", named(value)]);
  const search = new URLSearchParams(Object.fromEntries(pairs)).toString();
  const path = `${pathOf(route, named(tenant))}${search === "" ? "" : `?${search}`}`;
  const json = route.hasBody ? JSON.parse(named(JSON.stringify(body))) : undefined;
  return world.fetch(world.keys[who], route.method, path, json);
};

describe("every route", () => {
  it("is one of those that are tried", () => {
    expect(routes.length).toBeGreaterThan(15);
    expect(routes.filter(({ permission }) => permission === undefined)).toEqual([]);
  });

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "%s answers those that may ask, and nobody else",
    async (_, route) => {
      for (const who of Object.keys(ROLE_OF) as Who[]) {
        for (const tenant of [TENANT.own, TENANT.other]) {
          // Nothing is there to be changed or ended by it.
          const path =
            route.method === "GET"
              ? pathOf(route, tenant)
              : pathOf(route, tenant).replace(/canary-fleet|agent-[^/]*/, "none");
          const { status } = await world.fetch(
            world.keys[who],
            route.method,
            path,
            route.hasBody ? {} : undefined,
          );
          const found = `${who} ${tenant}: ${status}`;
          const lacksScope = who === "ownUsageOnly" && mayAsk("own", route);
          if (mayAsk(who, route)) expect(found).not.toMatch(/: (401|403|5(?!01)\d\d)$/);
          else expect(found).toMatch(ROLE_OF[who] === "tenant" && !lacksScope ? /: 404$/ : /: 403$/);
        }
      }
    },
  );
});

describe("a tenant's key", () => {
  it("is told nothing of another tenant or of the fleet, whatever it asks", async () => {
    const told: string[] = [];
    await fc.assert(
      fc.asyncProperty(requests, fc.constantFrom<Who>("own", "ownUsageOnly"), async (request, who) => {
        const response = await send(who, request, TENANT.nobody);
        const text = JSON.stringify([...response.headers]) + (await response.text());
        // What it asked for by name itself is no news to it.
        const asked = pathOf(request.route, "");
        for (const canary of [CANARY.other, CANARY.fleet, TENANT.other, CONSUMER.other])
          expect(text.replaceAll(asked, "")).not.toContain(canary);
        expect(response.status).toBeLessThan(500);
        told.push(text);
      }),
      { numRuns: 200, examples: [[ownExchanges(routes), "own"]] },
    );
    expect(told.join()).toContain(CANARY.own);
  });

  it("cannot tell a tenant that is there from one that is not", async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.constantFrom<Who>("own", "ownUsageOnly"), async (request, who) => {
        const [there, not] = [TENANT.other, TENANT.nobody];
        const ofOne = await told(await send(who, request, there));
        const ofNone = await told(await send(who, request, not));
        expect(ofOne.replaceAll(there, SOMEBODY)).toBe(ofNone.replaceAll(not, SOMEBODY));
      }),
      { numRuns: 150 },
    );
  });

  it("finds what is its own, and is not the only one to whom there is something to find", async () => {
    const range = "from=2026-06-15T00:00:00Z&to=2026-06-16T00:00:00Z";
    const asked = [
      `/v1/usage?${range}&groupBy=tenant.id,service.name,url.template`,
      `/v1/exchanges?${range}`,
      "/v1/tenants",
    ];
    for (const [who, other] of [
      ["own", "other"],
      ["other", "own"],
    ] as const) {
      for (const path of [...asked, `/v1/tenants/${TENANT[who]}/reports/2026-06`]) {
        const response = await world.fetch(world.keys[who], "GET", path);
        const text = await response.text();
        expect([path, response.status]).toEqual([path, 200]);
        expect(text).toContain(TENANT[who]);
        expect(text).not.toContain(TENANT[other]);
        expect(text).not.toContain(CANARY[other]);
      }
    }
    for (const path of asked) {
      const text = await (await world.fetch(world.keys.viewer, "GET", path)).text();
      expect(text).toContain(TENANT.other);
      expect(text).toContain(TENANT.own);
    }
    const list = await (await world.fetch(world.keys.own, "GET", "/v1/tenants")).json();
    expect((list as { items: { id: string }[] }).items.map(({ id }) => id)).toEqual([TENANT.own]);
  });

  it("sees who called it, and nobody who called another", async () => {
    const range = "from=2026-06-15T00:00:00Z&to=2026-06-16T00:00:00Z";
    for (const [who, consumers] of [
      ["own", [CONSUMER.own]],
      ["other", [CONSUMER.other]],
      ["viewer", [CONSUMER.own, CONSUMER.other]],
    ] as const) {
      const response = await world.fetch(world.keys[who], "GET", `/v1/exchanges?${range}`);
      const { items } = (await response.json()) as { items: ExchangeItem[] };
      const shown = new Set(items.map(({ attributes }) => attributes["consumer.fingerprint"]));
      expect([...shown].sort()).toEqual(consumers);
    }
  });

  it("is told that something is missing, and not by which agent", async () => {
    const path = "/v1/usage?from=2026-06-15T00:00:00Z&to=2026-06-16T00:00:00Z";
    const gapsOf = async (who: Who) => {
      const { meta } = (await (await world.fetch(world.keys[who], "GET", path)).json()) as {
        meta: { completeness: { gaps: { agentId?: string; reason: string }[] } };
      };
      return meta.completeness.gaps;
    };
    const fleet = await gapsOf("viewer");
    expect(fleet.map(({ agentId }) => agentId)).toContain(`agent-${CANARY.other}`);
    expect(await gapsOf("own")).toEqual(fleet.map(({ agentId: _, ...gap }) => gap));
  });

  it("leaves nothing behind on the connection that the next request takes", async () => {
    const settings = () => world.pooled.sql`
      select nullif(current_setting('app.tenant_id', true), '') as tenant,
        nullif(current_setting('app.scope', true), '') as scope`;
    for (const who of ["own", "admin", "other"] as const) {
      await world.fetch(world.keys[who], "GET", "/v1/usage");
      expect(await settings()).toEqual([{ tenant: null, scope: null }]);
      await world.fetch(world.keys[who], "GET", "/v1/usage?groupBy=no.such");
      expect(await settings()).toEqual([{ tenant: null, scope: null }]);
      expect(await world.pooled.sql`select from usage_series`).toHaveLength(0);
    }
  });
});
