import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { type ParsedUsageQuery, parseUsageQuery } from "@masthead/shared/http/parse-usage-query";
import { usageQueryDocumentSchema } from "@masthead/shared/http/usage-query-schema";
import type { UsagePage } from "@masthead/shared/http/usage-schema";
import type { Deps } from "../../deps.js";
import { type AppContext, type AppEnv, scopeOf } from "../../platform/http/context.js";
import { CSV_CONTENT_TYPE, CSV_TYPE } from "../../platform/http/csv.js";
import { readDocument } from "../../platform/http/document.js";
import { negotiate } from "../../platform/http/negotiate.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import { usageLinkSchema, usagePageSchema } from "./usage.schema.js";
import { queryUsage } from "./usage.service.js";
import { usageCsv } from "./usage-csv.rules.js";
import { questionOfLink, type UsageLink } from "./usage-link.rules.js";
import type { UsageBounds } from "./usage-page.service.js";
import { AS_DOCUMENT, type AskedIn, problem, type UsageQuestion } from "./usage-question.rules.js";

const tags = ["Usage"];
const JSON_TYPE = "application/json";

const ABOUT =
  "Complete also where exchanges are sampled. Dimensions: `tenant.id`, `consumer.fingerprint`, `role`, `service.name`, `host.name`, `agent.id`, `url.template`, `http.request.method`, `http.response.status_code`, `http.response.status_class` (`5xx`), and the header names that policies list under `dimensions`. The `server` role is counted unless `role` is grouped by or filtered on. The range is widened outwards to whole minutes; the first and last window may be cut by it. What retention no longer answers exactly is refused with what can be asked instead (`beyond_retention`).";

const nextCursorHeader = {
  "Masthead-Next-Cursor": {
    description: "As CSV only: cursor of the next page; absent on the last one.",
    schema: { type: "string" },
  },
} as const;

const answers = {
  200: {
    description: "Usage.",
    headers: nextCursorHeader,
    content: {
      [JSON_TYPE]: { schema: usagePageSchema },
      [CSV_TYPE]: {
        schema: z.string().openapi({
          description:
            "A header, then a line a row: windows, dimensions, counts, `measures.<header>`, `latencyMs.p50`, … A value that a spreadsheet would take for a formula begins with `'`.",
        }),
      },
    },
  },
};

const link = createRoute({
  method: "get",
  path: "/v1/usage",
  tags,
  summary: "Count exchanges by window and dimension",
  description: `${ABOUT} \`filter[<dimension>]=a,b\` takes what has one of the values; \`null\` stands for unknown. \`filter[<dimension>][ne]=a\`, and \`[eq]\`, \`[nin]\`, \`[prefix]\`, \`[exists]\` likewise. All filters hold at once; \`POST /v1/usage/query\` nests them.`,
  request: { query: usageLinkSchema },
  responses: {
    ...answers,
    ...problemResponses(
      "invalid_parameters",
      "invalid_cursor",
      "unauthenticated",
      "not_acceptable",
      "beyond_retention",
      "query_too_expensive",
    ),
  },
});

/** Read by hand, for its filter is to be bounded before it is followed; the schema here is only described. */
const query = createRoute({
  method: "post",
  path: "/v1/usage/query",
  tags,
  summary: "Count exchanges, asked by a document",
  description: `${ABOUT} It changes nothing.`,
  request: {
    body: {
      required: true,
      content: { [JSON_TYPE]: { schema: { $ref: "#/components/schemas/UsageQuery" } } },
    },
  },
  responses: {
    ...answers,
    ...problemResponses(
      "unreadable_document",
      "invalid_cursor",
      "unauthenticated",
      "not_acceptable",
      "payload_too_large",
      "unsupported_media_type",
      "invalid_document",
      "beyond_retention",
      "query_too_expensive",
    ),
  },
});

const toQuestion = (parsed: ParsedUsageQuery, asked: AskedIn): UsageQuestion => {
  if (parsed.ok) return { query: parsed.query, asked };
  throw problem(asked, parsed.errors);
};

/** Routes of usage. @param bounds of a question; absent: those of {@link queryUsage} */
export function usageRoutes(deps: Deps, bounds?: UsageBounds): OpenAPIHono<AppEnv> {
  const router = createRouter();
  for (const [name, schema] of Object.entries(documentSchemas()))
    router.openAPIRegistry.registerComponent("schemas", name, schema);

  const answer = async (
    c: AppContext,
    type: string,
    question: UsageQuestion,
  ): Promise<UsagePage | string> => {
    const found = await queryUsage(deps, scopeOf(c.var.principal), question, bounds);
    c.header("Vary", "Accept");
    if (type !== CSV_TYPE) return found;
    if (found.nextCursor !== null) c.header("Masthead-Next-Cursor", found.nextCursor);
    return usageCsv(found.items, question.query);
  };
  const csv = {
    "content-type": CSV_CONTENT_TYPE,
    "content-disposition": 'attachment; filename="masthead-usage.csv"',
  };

  router.openapi(link, async (c) => {
    const type = negotiate(c, [JSON_TYPE, CSV_TYPE]);
    const { input, asked } = questionOfLink(c.req.valid("query") as UsageLink);
    const found = await answer(c, type, toQuestion(parseUsageQuery(input), asked));
    return typeof found === "string" ? c.body(found, 200, csv) : c.json(found, 200);
  });

  router.openapi(query, async (c) => {
    const type = negotiate(c, [JSON_TYPE, CSV_TYPE]);
    const found = await answer(c, type, toQuestion(parseUsageQuery(await readDocument(c)), AS_DOCUMENT));
    return typeof found === "string" ? c.body(found, 200, csv) : c.json(found, 200);
  });

  return router;
}

/** JSON Schema of the document and of the filters in it, by name; each refers to the other where OpenAPI looks for it. */
const documentSchemas = (): Record<string, Record<string, unknown>> => {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(usageQueryDocumentSchema, { io: "input" });
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  const { $defs, ...UsageQuery } = JSON.parse(text);
  return { UsageQuery, ...$defs };
};
