import { z } from "@hono/zod-openapi";
import { PROBLEM_MEDIA_TYPE, PROBLEMS, type ProblemCode, problemSchema } from "@masthead/shared/http/problem";

export { PROBLEM_MEDIA_TYPE };

/** Made anew, since only schemas made after zod-openapi was loaded know `openapi`. */
const problem = z.object(problemSchema.shape).openapi("Problem", { description: "An error (RFC 9457)." });

/** `responses` entries of a route, by problem code; codes that share a status share an entry. */
export function problemResponses(...codes: ProblemCode[]) {
  const responses: Record<
    number,
    { description: string; content: { [PROBLEM_MEDIA_TYPE]: { schema: typeof problem } } }
  > = {};
  for (const code of codes) {
    const { status, title } = PROBLEMS[code];
    const before = responses[status];
    const description = before ? `${before.description}, or \`${code}\`: ${title}` : `\`${code}\`: ${title}`;
    responses[status] = { description, content: { [PROBLEM_MEDIA_TYPE]: { schema: problem } } };
  }
  return responses;
}
