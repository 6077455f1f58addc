import type { Deps } from "@masthead/api/deps";
import type { Database } from "@masthead/api/platform/db/database";
import { answerError } from "@masthead/api/platform/http/error-answer";
import { createRouter } from "@masthead/api/platform/http/router";
import { ADMIN, asPrincipal } from "./principals.js";

/** A 500 is a bug: let the run say which. */
const log = { info: () => {}, warn: () => {}, error: (...what: unknown[]) => console.error(...what) };

/** Routes of one feature, with its errors as the app answers them, behind no key: whoever asks is `principal`. */
export const serve = (
  routes: (deps: Deps) => ReturnType<typeof createRouter>,
  database: Database,
  now: () => number,
  principal = ADMIN,
): ((path: string) => Promise<{ status: number; body: never }>) => {
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
  return async (path) => {
    const response = await router.request(path);
    return { status: response.status, body: (await response.json()) as never };
  };
};
