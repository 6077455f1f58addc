import { describe, expect, it } from "vitest";
import { z } from "zod";
import { DEFAULT_POLICY, DEFAULT_POLICY_DOCUMENT } from "./default-policy.js";
import { extendFloor } from "./floor.js";
import { parsePolicy } from "./parse.js";
import { capturePolicySchema } from "./schema.js";

const document = (spec: object): unknown => ({
  apiVersion: "masthead.dev/v1",
  kind: "CapturePolicy",
  metadata: { name: "gateway" },
  spec,
});
const errorsOf = (spec: object, floor = extendFloor({})) => {
  const parsed = parsePolicy(document(spec), { floor });
  return parsed.ok ? [] : parsed.errors;
};

const EXAMPLE = {
  priority: 10,
  agents: { matchLabels: { env: "prod" } },
  targets: [{ executable: "/usr/sbin/nginx" }, { port: 443, role: "server" }],
  match: {
    hosts: ["api.example.com", "*.internal"],
    paths: ["/v1/**"],
    methods: ["GET", "POST"],
    roles: ["server"],
  },
  headers: {
    request: [
      { name: "X-Request-Id", action: "keep", maxLength: 128 },
      { name: "user-agent", action: "keep" },
      { name: "x-forwarded-for", action: "keep" },
      { name: "authorization", action: "fingerprint" },
      { name: "cookie", action: "presence" },
    ],
    response: [{ name: "content-type", action: "keep" }],
  },
  query: { action: "names", keep: ["page"] },
  tenant: [{ header: "x-client-id" }, { fingerprint: "authorization" }, { host: "*.example.com" }],
  dimensions: ["x-model-id"],
  measures: [{ header: "x-ratelimit-ai-tokens", from: "response" }],
  sampling: { exchanges: 1.0, maxPerSecond: 1000, always: ["error"] },
  report: true,
};

describe("parsePolicy", () => {
  it("takes the documented example, with defaults and lower-case names", () => {
    const parsed = parsePolicy(document(EXAMPLE));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    expect(parsed.policy.spec.headers.request.slice(0, 2)).toEqual([
      { name: "x-request-id", action: "keep", maxLength: 128 },
      { name: "user-agent", action: "keep", maxLength: 512 },
    ]);
    expect(parsePolicy(parsed.policy)).toEqual(parsed);
  });

  it("takes timings by name, each once, and leaves them out where none is asked", () => {
    const parsed = parsePolicy(document({ timings: ["cpu", "arrival"] }));
    expect(parsed.ok && parsed.policy.spec.timings).toEqual(["cpu", "arrival"]);
    const none = parsePolicy(document({}));
    expect(none.ok && "timings" in none.policy.spec).toBe(false);
    const pointers = (timings: unknown): string[] => errorsOf({ timings }).map(({ pointer }) => pointer);
    expect(pointers(["cpu", "cpu"])).toEqual(["/spec/timings/1"]);
    expect(pointers(["disk"])).toEqual(["/spec/timings/0"]);
    expect(pointers([])).toEqual(["/spec/timings"]);
    expect(pointers({ cpu: true })).toEqual(["/spec/timings"]);
  });

  it("fills in an empty spec: nothing leaves the host but counts", () => {
    const parsed = parsePolicy(document({}));
    expect(parsed.ok && parsed.policy.spec).toEqual({
      priority: 0,
      headers: { request: [], response: [] },
      query: { action: "drop", keep: [] },
      tenant: [],
      dimensions: [],
      measures: [],
      sampling: { exchanges: 1, always: [] },
      report: true,
    });
  });

  it("names the nearest known field of an unknown one", () => {
    expect(errorsOf({ prioritee: 1, match: { host: ["a"] }, tenant: [{ headr: "x" }] })).toEqual(
      expect.arrayContaining([
        { pointer: "/spec/prioritee", message: "unknown field; the nearest known one is priority" },
        { pointer: "/spec/match/host", message: "unknown field; the nearest known one is hosts" },
        { pointer: "/spec/tenant/0/headr", message: "unknown field; the nearest known one is header" },
      ]),
    );
    expect(parsePolicy({ ...(document({}) as object), "a/b~c": 1 })).toMatchObject({
      errors: [{ pointer: "/a~1b~0c" }],
    });
  });

  it("says that maxLength goes with keep", () => {
    expect(errorsOf({ headers: { request: [{ name: "cookie", action: "mask", maxLength: 9 }] } })).toEqual([
      { pointer: "/spec/headers/request/0/maxLength", message: "maxLength goes only with action keep" },
    ]);
  });

  it.each([null, undefined, 1, "text", [], {}, { apiVersion: "v2" }, { spec: null }])(
    "refuses %j without throwing",
    (input) => {
      expect(parsePolicy(input).ok).toBe(false);
    },
  );

  it.each([
    ["/spec/headers/request/1/name", { headers: { request: [keep("x-a"), keep("X-A")] } }],
    ["/spec/query/keep/1", { query: { action: "keep", keep: ["page", "Page"] } }],
    ["/spec/dimensions/1", { dimensions: ["x-a", "x-a"] }],
    ["/spec/measures/1/header", { measures: [{ header: "x-a" }, { header: "x-a", from: "request" }] }],
    ["/spec/targets/1", { targets: [{ port: 1 }, { port: 1 }] }],
    ["/spec/query/keep", { query: { action: "keep" } }],
    ["/spec/query/action", { query: { keep: ["page"] } }],
    ["/spec/dimensions/0", { dimensions: ["x-a"], headers: { request: [{ name: "x-a", action: "mask" }] } }],
    ["/spec/dimensions/0", { dimensions: ["role"] }],
    ["/spec/tenant/0", { tenant: [{ header: "a", host: "*.b" }] }],
    ["/spec/tenant/0/host", { tenant: [{ host: "example.com" }] }],
    ["/spec/tenant/0/host", { tenant: [{ host: "*.*.com" }] }],
    ["/spec/targets/0", { targets: [{}] }],
    ["/spec/targets", { targets: [] }],
    ["/spec/targets/0/port", { targets: [{ port: 0 }] }],
    ["/spec/match/paths/0", { match: { paths: ["v1"] } }],
    ["/spec/match/paths/0", { match: { paths: ["/v1/a**"] } }],
    ["/spec/match/methods/0", { match: { methods: ["get"] } }],
    ["/spec/match/hosts/0", { match: { hosts: ["a.com:443"] } }],
    ["/spec/headers/request/0/name", { headers: { request: [keep("x a")] } }],
    ["/spec/headers/request/0/name", { headers: { request: [keep("__proto__")] } }],
    ["/spec/dimensions/0", { dimensions: ["__Proto__"] }],
    ["/spec/query/keep/0", { query: { action: "keep", keep: ["__proto__"] } }],
    ["/spec/headers/request/0/name", { headers: { request: [keep("x".repeat(65))] } }],
    ["/spec/headers/request/0/action", { headers: { request: [{ name: "x", action: "hash" }] } }],
    ["/spec/headers/request/0/maxLength", { headers: { request: [{ ...keep("x"), maxLength: 4097 }] } }],
    ["/spec/headers/request", { headers: { request: Array.from({ length: 65 }, (_, i) => keep(`x-${i}`)) } }],
    ["/spec/sampling/exchanges", { sampling: { exchanges: 1.5 } }],
  ])("puts an error at %s", (pointer, spec) => {
    expect(errorsOf(spec).map((error) => error.pointer)).toEqual([pointer]);
  });
});

function keep(name: string) {
  return { name, action: "keep" };
}

// Promise the-floor-holds: wherever a policy can name a header.
describe("the floor in a policy", () => {
  it.each([
    ["/spec/headers/request/0/action", { headers: { request: [keep("Authorization")] } }],
    ["/spec/headers/response/0/action", { headers: { response: [keep("set-cookie")] } }],
    ["/spec/tenant/0/header", { tenant: [{ header: "x-api-key" }] }],
    ["/spec/dimensions/0", { dimensions: ["cookie"] }],
    ["/spec/measures/0/header", { measures: [{ header: "x-auth-token" }] }],
    ["/spec/query/keep/0", { query: { action: "names", keep: ["Access_Token"] } }],
    ["/spec/query/keep/0", { query: { action: "keep", keep: ["access%5Ftoken"] } }],
    ["/spec/query/keep/0", { query: { action: "keep", keep: ["user[password]"] } }],
  ])("refuses a credential at %s and names it", (pointer, spec) => {
    const errors = errorsOf(spec);
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
    expect(errors[0]?.message).toMatch(/authorization|cookie|x-api-key|x-auth-token|access|password/);
  });

  it("lets tenant: fingerprint use one, and other actions name one", () => {
    expect(
      errorsOf({
        tenant: [{ fingerprint: "authorization" }],
        headers: {
          request: (["fingerprint", "mask", "presence"] as const).map((action, i) => ({
            name: ["authorization", "cookie", "x-api-key"][i],
            action,
          })),
        },
      }),
    ).toEqual([]);
  });

  it("takes a host's own additions", () => {
    const floor = extendFloor({ headers: ["x-internal-*"], queryParameters: ["page"] });
    expect(
      errorsOf({ dimensions: ["x-internal-user"], query: { action: "keep", keep: ["page"] } }, floor),
    ).toHaveLength(2);
  });
});

describe("aggregate: true", () => {
  const counted = {
    aggregate: true,
    tenant: [{ header: "x-client" }],
    dimensions: ["x-model"],
    match: { paths: ["/v1/**"] },
  };

  it("goes with what usage is made of", () => {
    expect(errorsOf({ ...counted, measures: [{ header: "x-tokens" }], report: false })).toEqual([]);
    expect(errorsOf({ ...counted, aggregate: false, sampling: { exchanges: 0.5 } })).toEqual([]);
  });

  it.each([
    ["/spec/headers/request", { headers: { request: [{ name: "x-a", action: "keep" }] } }],
    ["/spec/headers/response", { headers: { response: [{ name: "x-a", action: "presence" }] } }],
    ["/spec/query", { query: { action: "names" } }],
    ["/spec/clientAddress", { clientAddress: { header: "forwarded", trustedProxies: ["10.0.0.0/8"] } }],
    ["/spec/timings", { timings: ["cpu"] }],
    ["/spec/budget", { budget: { recordsPerSecond: 5 } }],
    ["/spec/sampling", { sampling: { always: ["error"] } }],
    ["/spec/sampling", { sampling: { maxPerSecond: 5 } }],
  ])("is refused beside what needs exchanges, with where and why: %s", (pointer, more) => {
    const errors = errorsOf({ ...counted, ...more } as never);
    expect(errors).toEqual([
      { pointer, message: expect.stringMatching(/^a policy with aggregate: true keeps no exchange: /) },
    ]);
  });
});

describe("the schema", () => {
  it("describes every field, for the API's documentation", () => {
    const undescribed: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties, ...rest } = node as Record<string, unknown>;
      for (const [name, field] of Object.entries((properties ?? {}) as Record<string, object>)) {
        if (!("description" in field)) undescribed.push(`${path}/${name}`);
        walk(field, `${path}/${name}`);
      }
      for (const value of Object.values(rest)) for (const item of [value].flat()) walk(item, path);
    };
    walk(z.toJSONSchema(capturePolicySchema, { io: "input" }), "");
    expect(undescribed).toEqual([]);
  });

  it("does not let a document change prototypes", () => {
    const hostile = JSON.parse(
      '{"__proto__": {"a": 1}, "spec": {"__proto__": {"report": false}, "agents": {"matchLabels": {"__proto__": "x"}}}}',
    );
    expect(parsePolicy(hostile).ok).toBe(false);
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});

describe("the default policy", () => {
  it("is valid as it is written and as it is stored", () => {
    expect(parsePolicy(DEFAULT_POLICY_DOCUMENT)).toEqual({ ok: true, policy: DEFAULT_POLICY });
    expect(parsePolicy(DEFAULT_POLICY)).toEqual({ ok: true, policy: DEFAULT_POLICY });
  });
});
