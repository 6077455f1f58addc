import type { Deps } from "@masthead/api/deps";
import { maintain } from "@masthead/api/features/ingest/index";
import { tenantsRoutes } from "@masthead/api/features/tenants/index";
import { type Database, openDatabase } from "@masthead/api/platform/db/database";
import type { Principal } from "@masthead/api/platform/http/context";
import { answerError } from "@masthead/api/platform/http/error-answer";
import { createRouter } from "@masthead/api/platform/http/router";
import { startTestDatabase, type TestDatabase } from "./database.js";
import { emptyIngestTables } from "./empty-tables.js";
import { ADMIN, asPrincipal } from "./principals.js";

/** A fingerprint as agents make them, by a number. */
export const fingerprint = (n: number): string => `fp:be45cb26:${n.toString(16).padStart(32, "0")}`;

/** The routes of tenants alone over a real Postgres. */
export interface TestTenants {
  server: TestDatabase;
  ingest: Database;
  owner: Database;
  clock: { nowUs: number };
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  requestAs(principal: Principal, method: string, path: string): Promise<Response>;
  /** Registers, or replaces a registration. @returns the answer's body */
  put(id: string, document?: unknown): Promise<Record<string, unknown>>;
  /** Empties the registry and what agents sent. */
  reset(): Promise<void>;
}

export const startTenants = async (nowUs: number): Promise<TestTenants> => {
  const server = await startTestDatabase();
  const owner = server.open("owner");
  const ingest = server.open("ingest");
  const clock = { nowUs };
  await maintain(ingest, nowUs);
  const app = createRouter();
  const deps: Deps = {
    // Changes side by side need connections of their own.
    async withDatabase(work) {
      const database = openDatabase(server.appUrl, "test");
      try {
        return await work(database);
      } finally {
        await database.close();
      }
    },
    withNats: () => Promise.reject(new Error("tenants need no NATS")),
    now: () => clock.nowUs,
    log: { info: () => {}, warn: () => {}, error: (fields, message) => console.error(message, fields) },
  };
  app.onError((error, c) => answerError(error, c, deps.log));
  let asks = ADMIN;
  app.use((c, next) => asPrincipal(asks)(c, next));
  app.route("/", tenantsRoutes(deps));
  const request: TestTenants["request"] = async (method, path, body, headers = {}) =>
    app.request(path, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  return {
    ...{ server, owner, ingest, clock, request },
    async requestAs(principal, method, path) {
      asks = principal;
      try {
        return await request(method, path);
      } finally {
        asks = ADMIN;
      }
    },
    async put(id, document = {}) {
      const response = await request("PUT", `/v1/tenants/${encodeURIComponent(id)}`, document);
      if (!response.ok) throw new Error(await response.text());
      return (await response.json()) as Record<string, unknown>;
    },
    async reset() {
      await emptyIngestTables(owner);
      await owner.sql`truncate tenants, tenant_fingerprints, tenant_moves, tenant_attributions, usage_changes`;
    },
  };
};
