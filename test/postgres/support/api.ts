import type { Deps } from "@masthead/api/deps";
import type { Database } from "@masthead/api/platform/db/database";
import type { Principal } from "@masthead/api/platform/http/context";
import { answerError } from "@masthead/api/platform/http/error-answer";
import { createRouter } from "@masthead/api/platform/http/router";
import { ADMIN, asPrincipal } from "./principals.js";

/** A 500 is a bug: let the run say which. */
const log = { info: () => {}, warn: () => {}, error: (...what: unknown[]) => console.error(...what) };

/** Routes of one feature, with its errors as the app answers them, behind no key: whoever asks is `principal`. */
const routerOf = (
  routes: (deps: Deps) => ReturnType<typeof createRouter>,
  database: Database,
  now: () => number,
  principal: Principal,
): ReturnType<typeof createRouter> => {
  const router = createRouter();
  router.onError((error, c) => answerError(error, c, log));
  router.use(asPrincipal(principal));
  router.route(
    "/",
    routes({
      withDatabase: (work) => work(database),
      withNats: () => Promise.reject(new Error("no NATS here")),
      now,
      log,
    }),
  );
  return router;
};

type Routes = Parameters<typeof routerOf>[0];

/** What GET answers. */
export const serve = (
  routes: Routes,
  database: Database,
  now: () => number,
  principal: Principal = ADMIN,
): ((path: string) => Promise<{ status: number; body: never }>) => {
  const router = routerOf(routes, database, now, principal);
  return async (path) => {
    const response = await router.request(path);
    return { status: response.status, body: (await response.json()) as never };
  };
};

/** What POST of a JSON document answers; as JSON, unless other headers ask for something else. */
export const servePosts = (
  routes: Routes,
  database: Database,
  now: () => number,
  principal: Principal = ADMIN,
): ((
  path: string,
  document: unknown,
  headers?: Record<string, string>,
) => Promise<{ status: number; headers: Headers; body: never }>) => {
  const router = routerOf(routes, database, now, principal);
  return async (path, document, headers = {}) => {
    const response = await router.request(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof document === "string" ? document : JSON.stringify(document),
    });
    const isJson = response.headers.get("content-type")?.includes("json");
    const body = isJson ? await response.json() : await response.text();
    return { status: response.status, headers: response.headers, body: body as never };
  };
};
