import { OTHER_SERIES } from "@masthead/shared/ids";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PathTemplates } from "./path-templates.js";
import { ServiceTemplates } from "./service-templates.js";

type Route = (id: () => string) => string;

const FAMILIES: Record<string, readonly string[]> = {
  plural: `/users/{} /users/{}/orders /users/{}/orders/{} /orders/{} /orders/{}/items /products/{} /products/{}/reviews /teams/{}
    /teams/{}/members/{} /invoices/{} /files/{} /files/{}/versions /models/{} /sessions/{} /tags/{} /posts/{}/comments
    /categories/{} /companies/{}/employees /search /healthz`,
  singular: `/user/{} /user/{}/profile /order/{} /order/{}/status /product/{} /team/{} /team/{}/member/{} /invoice/{} /file/{}
    /model/{} /session/{} /tag/{} /post/{} /post/{}/comment /category/{} /company/{} /store/inventory /user/login /auth/token
    /status`,
  prefixed: `/api/v1/users/{} /api/v1/users/{}/roles /api/v1/groups/{} /api/v2/users/{} /api/v2/devices/{} /api/v2/devices/{}/readings
    /api/v1/accounts/{}/transactions/{} /api/v1/accounts/{} /api/v1/accounts/{}/balance /api/v1/login /api/v1/search/{}
    /api/v1/projects/{}/builds/{}/logs /api/v1/projects/{} /rest/issue/{} /rest/issue/{}/comment /rest/issue/{}/transitions
    /rest/project/{} /v1/chat/completions /v1/models/{} /v1/embeddings`,
  camel: `/userProfiles/{} /userProfiles/{}/paymentMethods /purchaseOrders/{} /purchaseOrders/{}/lineItems/{} /customerAccounts/{}
    /customerAccounts/{}/resetPassword /shippingAddresses/{} /priceLists/{} /priceLists/{}/entries /stockLevels/{}
    /userProfiles/findByEmail /deliveryNotes/{} /workItems/{} /workItems/{}/history /releasePlans/{} /api/getUser /api/listOrders
    /apiKeys/{} /accessPolicies/{} /auditEvents/{}`,
  kebab: `/user-profiles/{} /user-profiles/{}/payment-methods /purchase-orders/{} /purchase-orders/{}/line-items/{}
    /customer-accounts/{} /customer-accounts/{}/reset-password /shipping-addresses/{} /price-lists/{} /price-lists/{}/entries
    /stock-levels/{} /delivery-notes/{} /work-items/{} /work-items/{}/history /release-plans/{} /api-keys/{} /access-policies/{}
    /audit-events/{} /data-sources/{} /data-sources/{}/refresh /feature-flags/{}`,
  unheard: `/chirps/{} /chirps/{}/rechirps /zorps/{} /zorps/{}/flurbs/{} /gizmos/{} /gizmos/{}/sprockets /wombats/{} /wombats/{}/burrows
    /quux/{} /quux/{}/quuxlets/{} /farmers/{}/tractors /farmers/{} /orchards/{} /orchards/{}/apples /brews/{} /brews/{}/hops
    /v1/lanterns/{} /v1/lanterns/{}/wicks /v1/moons/{} /krill`,
  deep: `/orgs/{}/repos/{}/branches/{}/commits/{} /orgs/{}/repos/{}/issues/{} /orgs/{}/repos/{} /orgs/{} /repos/{}/{} /repos/{}/{}/pulls/{}
    /repos/{}/{}/contents /regions/{}/clusters/{}/nodes/{}/metrics /regions/{}/clusters/{} /regions/{} /shops/{}/carts/{}/items
    /shops/{}/carts/{}/checkout /shops/{} /events/{}/tickets/{} /events/{} /events/{}/venue /events/{}/tickets/{}/transfer
    /courses/{}/lessons/{} /courses/{} /courses/{}/enrollments`,
} as unknown as Record<string, readonly string[]>;
for (const [name, text] of Object.entries(FAMILIES))
  FAMILIES[name] = (text as unknown as string).trim().split(/\s+/);

const routesOf = (family: string): Route[] =>
  (FAMILIES[family] as string[]).map((route) => (id) => route.replace(/\{\}/g, () => id()));

/** A small generator, so that a failing run can be had again from its seed. */
const randomOf = (seed: number) => {
  let state = seed >>> 0 || 1;
  return (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
};

const ADJECTIVES =
  "red quick silent brave happy clever tiny golden frozen rusty noisy purple mellow vivid".split(" ");
const THINGS =
  "shoes chair lamp mountain tiger glasses pencil river towels biscuit violin dress sandals boat".split(" ");
const FIRST =
  "alice bob carol james thomas grace chris lucas maria ivan olga wei fatima noah emma liam sofia mateo yuki charles frances agnes".split(
    " ",
  );
const LAST =
  "smith jones williams garcia chen okafor novak ivanova hughes brooks rossi tanaka silva larsen".split(" ");
const SYLLABLES = "ma ro ki ta lu ne so vi da ho pe zu ri na to be".split(" ");

const idKinds = (random: (below: number) => number) => {
  const pick = (list: readonly string[]): string => list[random(list.length)] as string;
  const hex = (length: number): string => Array.from({ length }, () => random(16).toString(16)).join("");
  const base62 = (length: number): string =>
    Array.from(
      { length },
      () => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[random(62)],
    ).join("");
  const coined = (): string =>
    Array.from({ length: 2 + random(3) }, () => pick(SYLLABLES)).join("") + (random(8) === 0 ? "ns" : "");
  return [
    () => String(random(1_000_000)),
    () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    () => hex(24),
    () => base62(22),
    () => `${pick(ADJECTIVES)}-${pick(THINGS)}`,
    () => `${pick(ADJECTIVES)}-${pick(ADJECTIVES)}-${pick(THINGS)}-${random(100)}`,
    () => pick(FIRST),
    coined,
    () => `${pick(FIRST)}.${pick(LAST)}`,
    () => `${pick(FIRST)}-${pick(LAST)}`,
    () => `${pick(FIRST)}${pick(LAST)}${random(10)}`,
    () => `${pick(FIRST)}@${pick(LAST)}.example`,
    () => `cus_${base62(14)}`,
  ];
};

const trafficOf = (family: string, seed: number, requests: number): string[] => {
  const random = randomOf(seed);
  const kinds = idKinds(random);
  const routes = routesOf(family);
  return Array.from({ length: requests }, () => {
    const route = routes[random(routes.length)] as Route;
    return route(() => (kinds[random(kinds.length)] as () => string)());
  });
};

describe("many ids under few routes", () => {
  it.each(Object.keys(FAMILIES))("%s: 10,000 ids under 20 routes give at most 25 templates", (family) => {
    expect(FAMILIES[family]).toHaveLength(20);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (seed) => {
        const templates = new PathTemplates();
        const seen = new Set(trafficOf(family, seed, 10_000).map((path) => templates.templateOf(path)));
        if (seen.size > 25 || seen.size < 16) throw new Error([...seen].sort().join("\n"));
      }),
      { numRuns: 12 },
    );
  });

  it("keeps the name of a counted series, whatever came between and whether it was remembered or not", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(FAMILIES)),
        fc.integer({ min: 1, max: 2 ** 31 }),
        (family, seed) => {
          const cached = new ServiceTemplates();
          const forgetful = new ServiceTemplates(2);
          const first = new Map<string, string>();
          const traffic = [...trafficOf(family, seed, 1_500), ...trafficOf("plural", seed + 1, 500)];
          for (const path of traffic) first.set(path, cached.templateOf("s", path));
          for (const path of traffic) {
            const again = forgetful.templateOf("s", path);
            if (again !== first.get(path)) throw new Error(`${path}: ${again}, ${first.get(path)}`);
          }
          for (const path of [...traffic].reverse()) {
            expect(forgetful.templateOf("s", path)).toBe(first.get(path));
            expect(cached.templateOf("s", path)).toBe(first.get(path));
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("templates", () => {
  it("are at most the bound of templates, and the rest is booked together", () => {
    const templates = new PathTemplates(50);
    const random = randomOf(7);
    const verbs = ["login", "logout", "search", "count", "export", "import", "history", "refresh", "cancel"];
    const seen = new Set<string>();
    for (let i = 0; i < 5_000; i++) {
      const path = Array.from({ length: 1 + random(6) }, () => `/${verbs[random(verbs.length)]}`).join("");
      const template = templates.templateOf(path);
      seen.add(template);
      expect(templates.templateOf(path)).toBe(template);
    }
    expect(seen.size).toBe(51);
    expect(seen).toContain(OTHER_SERIES);
  });

  it("a scanner's words do not each become a template", () => {
    const templates = new PathTemplates();
    const random = randomOf(3);
    const seen = new Set<string>();
    for (let i = 0; i < 5_000; i++)
      seen.add(templates.templateOf(`/${Array.from({ length: 5 }, () => SYLLABLES[random(16)]).join("")}`));
    expect(seen.size).toBeLessThanOrEqual(21);
  });
});
