import { createApp } from "@masthead/api/app";
import { fieldsOf, type SchemaObject } from "@masthead/api/operations/schema-fields";
import { ROUTES } from "@masthead/client";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readSource, repositoryFiles } from "./support/source-files.js";

/** What the API has and the client leaves out, and why. */
const LEFT_OUT: Record<string, string> = {
  "GET /healthz": "a probe, for whoever watches over the process",
  "GET /readyz": "a probe, for whoever watches over the process",
  "GET /metrics": "Prometheus reads it",
  "GET /shared/report": "for whoever was given a link, which needs no client",
  "GET /v1/usage": "the question as a link; programs send it to `POST /v1/usage/query`",
};

interface Operation {
  parameters?: { name: string; in: string }[];
  responses: Record<string, { content?: Record<string, { schema: SchemaObject }> }>;
}
const away = () => Promise.reject(new Error("away"));
const app = createApp({
  withDatabase: away,
  withNats: away,
  now: () => 0,
  log: { info: () => {}, warn: () => {}, error: () => {} },
});
const document = (await (await app.request("/openapi.json")).json()) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, SchemaObject> };
};
const operations = new Map(
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  ),
);

const answersOf = ({ responses }: Operation): SchemaObject[] =>
  Object.entries(responses).flatMap(([status, { content }]) => {
    const schema = content?.["application/json"]?.schema;
    return status.startsWith("2") && schema ? [schema] : [];
  });

const linesOf = (schema: SchemaObject, schemas: Record<string, SchemaObject> = {}): string[] => {
  const lines = fieldsOf(schema, schemas).map(({ name, required }) => `${name}${required ? "" : "?"}`);
  return [...new Set(lines)].sort();
};

/** JSON Schema of what the client reads; what zod cannot say is left open, as the API's description does. */
const ownSchema = (schema: z.ZodType): SchemaObject =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }) as SchemaObject;

describe("the client", () => {
  it("has every route of the API, or says why not", () => {
    expect([...operations.keys()].sort()).toEqual([...Object.keys(ROUTES), ...Object.keys(LEFT_OUT)].sort());
  });

  it("asks each of its routes somewhere", () => {
    const text = repositoryFiles()
      .filter((path) => /^packages\/client\/src\/resources\/.*\.ts$/.test(path))
      .map(readSource)
      .join("\n");
    expect(Object.keys(ROUTES).filter((route) => !text.includes(`"${route}"`))).toEqual([]);
  });

  describe.each(Object.entries(ROUTES))(
    "%s",
    (name, route: { query?: readonly string[]; answer?: z.ZodType }) => {
      const operation = operations.get(name);

      it("has the API's parameters", () => {
        const inQuery = operation?.parameters?.filter((parameter) => parameter.in === "query") ?? [];
        expect([...(route.query ?? [])].sort()).toEqual(inQuery.map((parameter) => parameter.name).sort());
      });

      it("reads the fields that the API writes", () => {
        const answers = operation ? answersOf(operation) : [];
        const written = answers.map((schema) => linesOf(schema, document.components.schemas));
        const { answer } = route;
        const read = answer && linesOf(ownSchema(answer));
        expect(written).toEqual(written.map(() => read));
        expect(written.length > 0).toBe(answer !== undefined);
      });
    },
  );
});
