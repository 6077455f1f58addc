import { z } from "@hono/zod-openapi";
import { PROBLEMS, type ProblemCode } from "./problem.js";

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

export const problemSchema = z
  .object({
    type: z.string().openapi({ description: "URI that names the kind of problem." }),
    title: z.string().openapi({ description: "The kind of problem in words." }),
    status: z.int().openapi({ description: "The HTTP status, again." }),
    code: z
      .enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]])
      .openapi({ description: "The kind of problem for programs; stable." }),
    detail: z.string().optional().openapi({ description: "What is wrong in this case." }),
    requestId: z.string().optional().openapi({ description: "Names this request in the server's log." }),
    errors: z
      .array(
        z.object({
          pointer: z.string().openapi({
            description:
              "JSON Pointer into the document; parameters stand under `/query`, `/path` and `/header`.",
          }),
          message: z.string().openapi({ description: "What is wrong there and what is meant." }),
        }),
      )
      .optional()
      .openapi({ description: "Each thing that is wrong, where there is more than a title to say." }),
  })
  .openapi("Problem", { description: "An error (RFC 9457)." });

/** `responses` entries of a route, by problem code; codes that share a status share an entry. */
export function problemResponses(...codes: ProblemCode[]) {
  const responses: Record<
    number,
    { description: string; content: { [PROBLEM_MEDIA_TYPE]: { schema: typeof problemSchema } } }
  > = {};
  for (const code of codes) {
    const { status, title } = PROBLEMS[code];
    const before = responses[status];
    const description = before ? `${before.description}, or \`${code}\`: ${title}` : `\`${code}\`: ${title}`;
    responses[status] = { description, content: { [PROBLEM_MEDIA_TYPE]: { schema: problemSchema } } };
  }
  return responses;
}
