import { z } from "@hono/zod-openapi";
import { exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import { nearestWord } from "@masthead/shared/policy/nearest";
import { roleSchema } from "@masthead/shared/wire/batch";
import { rangeQueryShape } from "../../platform/http/instant.js";
import { pageQueryShape, pageSchema } from "../../platform/http/page.js";

const text = (description: string, max = 1_024) =>
  z.string().min(1).max(max).optional().openapi({ description });

const queryShape = {
  ...rangeQueryShape,
  tenant: text("The tenant's id.", 128),
  service: text("`service.name`."),
  host: text("`host.name`."),
  method: text("The method, in upper case."),
  status: z
    .string()
    .regex(/^([1-9]\d{2}|[1-5]xx|none)$/, "a status such as 404, a class such as 5xx, or none")
    .optional()
    .openapi({ description: "A status (`404`), a class (`5xx`), or `none`: without a response." }),
  path: text("What the path begins with; or all of it, where `*` stands for any characters.", 8_192),
  role: roleSchema
    .clone()
    .optional()
    .openapi({ description: "Whether the host received or sent the request." }),
  ...pageQueryShape,
};

const HEADER = /^header\.([!#$%&'*+.^_`|~0-9a-z-]{1,64})$/;

/** Parameters beside the named ones are `header.<name>`, lower case; others are refused. */
export const exchangesQuerySchema = z
  .object(queryShape)
  .catchall(z.string().max(16_384))
  .superRefine((query, context) => {
    for (const [name, value] of Object.entries(query)) {
      if (typeof value === "string" && value.includes("\u0000"))
        context.addIssue({ code: "custom", path: [name], message: "U+0000 occurs in no stored text" });
      if (name in queryShape || HEADER.test(name)) continue;
      const lower = name.toLowerCase();
      const meant = HEADER.test(lower)
        ? lower
        : nearestWord(name, [...Object.keys(queryShape), "header.<name>"]);
      context.addIssue({
        code: "custom",
        path: [name],
        message: `unknown parameter; ${meant} is the nearest`,
      });
    }
  });
export type ExchangesQuery = z.infer<typeof exchangesQuerySchema>;

/** Name and value of each `header.<name>` parameter. */
export const headersOf = (query: ExchangesQuery): [name: string, value: string][] =>
  Object.entries(query).flatMap(([name, value]): [string, string][] => {
    const header = HEADER.exec(name)?.[1];
    return header === undefined || typeof value !== "string" ? [] : [[header, value]];
  });

export const exchangePageSchema = pageSchema(
  exchangeItemSchema.clone().openapi("Exchange", { description: "One exchange." }),
).openapi("ExchangePage", { description: "Exchanges, newest first." });
