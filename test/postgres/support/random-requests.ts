import fc from "fast-check";
import type { DescribedRoute } from "./api-routes.js";
import { TENANT } from "./two-tenants.js";

/** Stands in a request for the other tenant, which is then there or not. */
export const SOMEBODY = "SOMEBODY";
/** When the tenants had their traffic. */
export const DAY = "2026-06-15";

/** What a request may be made of beside its path. */
const values = fc.oneof(
  fc.constantFrom(
    SOMEBODY,
    TENANT.own,
    "tenant.id",
    "tenant.id,agent.id",
    "service.name,host.name",
    "url.template,consumer.fingerprint",
    "minute",
    "day",
    "month",
    "total",
    "server",
    "503",
    "/*",
    "1",
    "null",
    "oldest",
    "Asia/Kolkata",
    "2026-06-15T00:00:00Z",
    "2026-06-16T00:00:00Z",
  ),
  fc.string({ maxLength: 8 }),
);
/** Query parameters that some route knows, whether its document has them or not. */
export const FILTERS = [
  "filter[tenant.id]",
  "filter[agent.id]",
  "filter[service.name]",
  "header.x-request-id",
];
const bodies = fc.constantFrom<unknown>(
  {},
  { window: "day", groupBy: ["tenant.id"], from: `${DAY}T00:00:00Z`, to: "2026-06-16T00:00:00Z" },
  { window: "total", groupBy: ["service.name"], filter: { dimension: "tenant.id", eq: SOMEBODY } },
  {
    filter: { not: { dimension: "tenant.id", in: [TENANT.own, SOMEBODY] } },
    groupBy: ["tenant.id", "agent.id"],
  },
  {
    filter: {
      or: [
        { dimension: "tenant.id", prefix: "tenant-" },
        { dimension: "tenant.id", exists: true },
      ],
    },
  },
  { id: SOMEBODY, tenant: SOMEBODY, name: SOMEBODY },
);

/** A request to one route, in which somebody is named. */
export interface AnyRequest {
  route: DescribedRoute;
  /** whom its path names, where it names a tenant */
  tenant: string;
  /** where the route has one */
  body: unknown;
  /** which of the known parameters, and its value */
  query: [number, string][];
}

export const anyRequest = (routes: readonly DescribedRoute[]): fc.Arbitrary<AnyRequest> =>
  fc.record({
    route: fc.constantFrom(...routes),
    tenant: fc.constantFrom<string>(SOMEBODY, TENANT.own),
    body: bodies,
    query: fc.array(fc.tuple(fc.nat(), values), { maxLength: 4 }),
  });

/** Tells a tenant what is its own, whatever the random ones ask. @throws Error where there is no such route */
export const ownExchanges = (routes: readonly DescribedRoute[]): AnyRequest => {
  const route = routes.find(({ method, path }) => method === "GET" && path === "/v1/exchanges");
  if (route === undefined) throw new Error("no route for exchanges");
  return { route, tenant: TENANT.own, body: {}, query: [] };
};
