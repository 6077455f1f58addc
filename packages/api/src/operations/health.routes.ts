import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Deps } from "../deps.js";
import { fleetRevision } from "../features/policies/index.js";
import { FLEET } from "../platform/db/scope.js";
import type { AppEnv } from "../platform/http/context.js";
import { ApiError } from "../platform/http/problem.js";
import { problemResponses } from "../platform/http/problem-schema.js";
import { createRouter } from "../platform/http/router.js";
import { hasBatchStream } from "../platform/nats/infrastructure.js";
import { readPublished } from "../platform/nats/policy-publisher.js";

const tags = ["Operations"];
const statusSchema = z
  .object({ status: z.literal("ok").openapi({ description: "Always `ok`; anything else is a problem." }) })
  .openapi("Status", { description: "It is well." });
const ok = { description: "It is.", content: { "application/json": { schema: statusSchema } } };

const healthz = createRoute({
  method: "get",
  path: "/healthz",
  tags,
  security: [],
  summary: "Does this process answer?",
  responses: { 200: ok },
});

const readyz = createRoute({
  method: "get",
  path: "/readyz",
  tags,
  security: [],
  summary: "Can it serve: Postgres and NATS answer, agents can read the policies, and batches are taken?",
  responses: { 200: ok, ...problemResponses("unavailable") },
});

const toldAs = async <T>(what: string, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (cause) {
    throw new ApiError("unavailable", `${what} does not answer`, { cause, headers: { "retry-after": "1" } });
  }
};

/** Probes for whoever watches over the process. */
export function healthRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.openapi(healthz, (c) => c.json({ status: "ok" as const }, 200));
  router.openapi(readyz, async (c) => {
    const held = await toldAs(
      "Postgres",
      deps.withDatabase((database) =>
        database.transaction(FLEET, ({ sql }) => fleetRevision(sql), "read only"),
      ),
    );
    const [{ revision = -1 }, takesBatches] = await toldAs(
      "NATS",
      deps.withNats((nats) => Promise.all([readPublished(nats), hasBatchStream(nats)])),
    );
    if (revision < held) throw new ApiError("unavailable", "the policies are not published yet");
    if (!takesBatches) throw new ApiError("unavailable", "NATS has no stream for batches yet");
    return c.json({ status: "ok" as const }, 200);
  });
  return router;
}
