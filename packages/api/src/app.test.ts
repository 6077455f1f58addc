import { describe, expect, it } from "vitest";
import { createApp } from "./app.js";
import type { Deps } from "./deps.js";
import { resolved, type SchemaObject } from "./operations/schema-fields.js";

const refused = (): never => {
  throw Object.assign(new Error("away"), { code: "ECONNREFUSED" });
};
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const deps: Deps = {
  withDatabase: async () => refused(),
  withNats: async () => refused(),
  now: () => 0,
  log: silent,
};
const app = createApp(deps);

const problemOf = async (response: Response) => {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return (await response.json()) as { code: string; status: number; requestId: string };
};

describe("the app without its services", () => {
  it("is alive", async () => {
    const response = await app.request("/healthz");
    expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
  });

  it("is not ready, and says what is missing", async () => {
    const response = await app.request("/readyz");
    expect(response.headers.get("retry-after")).toBe("1");
    expect(await problemOf(response)).toMatchObject({
      code: "unavailable",
      status: 503,
      detail: "Postgres does not answer",
    });
  });

  it("asks for a key before it says what there is", async () => {
    for (const path of ["/v1/policies", "/v1/nothing"]) {
      const response = await app.request(path);
      expect(response.headers.get("www-authenticate")).toContain("Bearer");
      expect(await problemOf(response)).toMatchObject({ code: "unauthenticated", status: 401 });
    }
  });

  it("answers 503 where a key cannot be looked up, and tells no internals", async () => {
    const key = `mh_${"0".repeat(16)}_${"0".repeat(48)}`;
    const response = await app.request("/v1/policies", { headers: { authorization: `Bearer ${key}` } });
    expect(JSON.stringify(await problemOf(response))).not.toContain("away");
    expect(response.status).toBe(503);
  });

  it("names unknown paths and methods", async () => {
    expect(await problemOf(await app.request("/nothing"))).toMatchObject({ code: "not_found" });
    const response = await app.request("/healthz", { method: "POST" });
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(await problemOf(response)).toMatchObject({ code: "method_not_allowed" });
  });

  it("takes a request id that is one, and makes its own for any other", async () => {
    const own = await app.request("/nothing", { headers: { "x-request-id": "abc-1" } });
    expect((await problemOf(own)).requestId).toBe("abc-1");
    const hostile = await app.request("/nothing", { headers: { "x-request-id": "a b" } });
    expect((await problemOf(hostile)).requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("serves documentation that asks for nothing else", async () => {
    const response = await app.request("/docs");
    const page = await response.text();
    expect(page).toContain("/v1/policies/{name}");
    expect(page).not.toMatch(/<script|src=|url\(|@import|https?:\/\/(?!.*<\/code>)/);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });
});

describe("the OpenAPI document", async () => {
  const document = (await (await app.request("/openapi.json")).json()) as {
    openapi: string;
    components: { schemas: Record<string, SchemaObject> };
    paths: Record<string, Record<string, Record<string, unknown>>>;
  };
  const { schemas } = document.components;

  /** Paths of fields, parameters and references that lack a description or lead nowhere. */
  const undescribed = (schema: SchemaObject, path: string, seen: readonly string[]): string[] => {
    if (schema.$ref) {
      if (seen.includes(schema.$ref)) return [];
      const target = resolved(schema, schemas);
      return target.$ref
        ? [`${path}: ${schema.$ref} is missing`]
        : undescribed(target, path, [...seen, schema.$ref]);
    }
    const parts = [
      ...(schema.anyOf ?? []),
      ...(schema.oneOf ?? []),
      ...(schema.allOf ?? []),
      ...(schema.items ? [schema.items] : []),
      ...(typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : []),
    ];
    return [
      ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
        ...(resolved(field, schemas).description ? [] : [`${path}.${name}`]),
        ...undescribed(field, `${path}.${name}`, seen),
      ]),
      ...parts.flatMap((part) => undescribed(part, path, seen)),
    ];
  };

  it("is of version 3.1 and has routes", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        "/v1/policies",
        "/v1/policies/{name}",
        "/v1/agents",
        "/v1/agents/{id}",
        "/metrics",
      ]),
    );
  });

  it("describes every operation, parameter, answer and field", () => {
    const missing: string[] = [];
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const at = `${method} ${path}`;
        if (!operation["summary"]) missing.push(`${at}: summary`);
        const parameters = (operation["parameters"] ?? []) as {
          name: string;
          description?: string;
          schema: SchemaObject;
        }[];
        for (const { name, description, schema } of parameters)
          if (!description && !schema.description) missing.push(`${at}: parameter ${name}`);
        const bodies = [operation["requestBody"], ...Object.values((operation["responses"] ?? {}) as object)];
        for (const body of bodies as (
          | { description?: string; content?: Record<string, { schema: SchemaObject }> }
          | undefined
        )[])
          for (const [type, content] of Object.entries(body?.content ?? {}))
            missing.push(...undescribed(content.schema, `${at} ${type}`, []));
      }
    }
    expect(missing).toEqual([]);
  });
});
