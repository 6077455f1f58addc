import type { Deps } from "@masthead/api/deps";
import { reportsRoutes } from "@masthead/api/features/reports/index";
import {
  REPORT_CHANGE_ADVICE,
  type Sealed,
  type SealingDeps,
  sealingRoutes,
  sealReports,
} from "@masthead/api/features/sealing/index";
import { ensureUsagePartitions, rollUpUsage } from "@masthead/api/features/usage/index";
import type { Database } from "@masthead/api/platform/db/database";
import { answerError } from "@masthead/api/platform/http/error-answer";
import { createRouter } from "@masthead/api/platform/http/router";
import { unknownRoute } from "@masthead/api/platform/http/unknown-route";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { startTestDatabase, type TestDatabase } from "./database.js";
import { asPrincipal } from "./principals.js";
import { bookParts, part } from "./usage-parts.js";

export const at = (text: string): number => Date.parse(text) / 1000;

/** Sealing and its routes over a real Postgres, with a clock that the test sets. */
export interface SealingTest {
  readonly server: TestDatabase;
  readonly owner: Database;
  readonly ingest: Database;
  readonly deps: Deps;
  /** Unix seconds */
  clock: { now: number };
  /** A part of the tenant at a time; see `part`. */
  book(tenant: string, time: string, over?: Partial<UsagePart>): Promise<void>;
  rollUp(): Promise<unknown>;
  sealingDeps(over?: Partial<SealingDeps>): SealingDeps;
  /** Rolls up and seals what is due. */
  seal(over?: Partial<SealingDeps>): Promise<Sealed>;
  request(method: string, path: string, headers?: Record<string, string>): Promise<Response>;
  /** A run of an agent, as ingest would have left it. Times are RFC 3339. */
  run(row: {
    agentId: string;
    completeUntil: string;
    lastSeen: string;
    epoch?: number;
    final?: boolean;
    batched?: number;
    committed?: number;
  }): Promise<void>;
  forgetRuns(): Promise<void>;
}

export const startSealing = async (now: string): Promise<SealingTest> => {
  const server = await startTestDatabase();
  const [owner, ingest, app] = [server.open("owner"), server.open("ingest"), server.open("app")];
  const clock = { now: at(now) };
  const deps: Deps = {
    withDatabase: (work) => work(app),
    withNats: () => Promise.reject(new Error("sealing needs no NATS")),
    now: () => clock.now * 1e6,
    log: { info: () => {}, warn: () => {}, error: (fields, message) => console.error(message, fields) },
  };
  const router = createRouter();
  router.onError((error, c) => answerError(error, c, deps.log));
  router.use(asPrincipal());
  router.route("/", sealingRoutes(deps));
  router.route("/", reportsRoutes(deps));
  const unknown = unknownRoute(router, REPORT_CHANGE_ADVICE);
  router.notFound((c) => answerError(unknown(c), c, deps.log));
  const sealingDeps = (over: Partial<SealingDeps> = {}): SealingDeps => ({
    database: ingest,
    now: deps.now,
    log: deps.log,
    onSealed: async () => {},
    ...over,
  });
  const rollUp = () => rollUpUsage(ingest, clock.now * 1e6);
  return {
    server,
    owner,
    ingest,
    deps,
    clock,
    async book(tenant, time, over = {}) {
      await ensureUsagePartitions(ingest, [time.slice(0, 10)]);
      await bookParts(ingest, [part({ tenant, windowStart: at(time), ...over })]);
    },
    rollUp,
    sealingDeps,
    async seal(over) {
      await rollUp();
      return sealReports(sealingDeps(over), 60_000);
    },
    request: async (method, path, headers = {}) => router.request(path, { method, headers }),
    async run({
      agentId,
      completeUntil,
      lastSeen,
      epoch = 1_000,
      final = false,
      batched = 0,
      committed = 0,
    }) {
      await owner.sql`
        insert into epochs (agent_id, epoch, first_seen_at, last_seen_at, complete_until, final, batched, captured, counted_only)
        values (${agentId}, ${epoch}, '2026-01-01', ${lastSeen}, ${completeUntil}, ${final}, ${batched}, ${batched},
          ${committed})
        on conflict (agent_id, epoch) do update set last_seen_at = excluded.last_seen_at,
          complete_until = excluded.complete_until, final = excluded.final, batched = excluded.batched,
          captured = excluded.captured, counted_only = excluded.counted_only`;
    },
    async forgetRuns() {
      await owner.sql`truncate epochs`;
    },
  };
};
