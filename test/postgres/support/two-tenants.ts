import { createApp } from "@masthead/api/app";
import type { Deps } from "@masthead/api/deps";
import { recordHeartbeat } from "@masthead/api/features/agents/index";
import { rollUpUsage } from "@masthead/api/features/usage/index";
import { type Database, openDatabase } from "@masthead/api/platform/db/database";
import { NO_TENANT } from "@masthead/api/platform/db/scope";
import { createLender } from "@masthead/api/resident/lender";
import type { KeyWithSecret } from "@masthead/shared/http/key-resource";
import { agentIdSchema } from "@masthead/shared/ids";
import { makeBatch, NOON_US } from "./batches.js";
import { startControlPlane, type TestControlPlane } from "./control-plane.js";
import { makeHeartbeat } from "./heartbeats.js";
import { commit } from "./ingest.js";

/** What stands in all that is one tenant's, and in what is the fleet's: no other tenant's answer may hold it. */
export const CANARY = { own: "canary-mine", other: "canary-theirs", fleet: "canary-fleet" } as const;
/** Who called, of each tenant. */
export const CONSUMER = {
  own: `fp:00112233:${"a1".repeat(16)}`,
  other: `fp:00112233:${"b2".repeat(16)}`,
} as const;
/** Tenants: whoever asks, one that is there, and one that is not. The last two are alike but for their letters. */
export const TENANT = { own: "own-shop", other: "tenant-qzxv", nobody: "tenant-jkwp" } as const;

/** Everything the app can do over one connection, which all requests share; and keys of every kind. */
export interface TwoTenants {
  readonly plane: TestControlPlane;
  /** the connection of all requests */
  readonly pooled: Database;
  readonly keys: Readonly<Record<"admin" | "editor" | "viewer" | "own" | "other" | "ownUsageOnly", string>>;
  /** id of one more key, which nobody asks with */
  readonly spareKeyId: string;
  fetch(key: string, method: string, path: string, body?: unknown): Promise<Response>;
  stop(): Promise<void>;
}

const agentOf = (who: "own" | "other"): string => `agent-${CANARY[who]}`;

/** Traffic of one tenant, its canary in every text that a batch has. */
const batchOf = (who: "own" | "other") => {
  const canary = CANARY[who];
  return makeBatch({
    agentId: agentOf(who),
    seq: 1,
    exchanges: [200, 503].map((status) => ({
      tenant: TENANT[who],
      consumer: CONSUMER[who],
      status,
      path: `/${canary}/7`,
      template: `/${canary}/{id}`,
      serverAddress: `${canary}.example.com`,
      requestHeaders: { "x-request-id": [canary], [`x-${canary}`]: [canary] },
    })),
    change(batch) {
      batch.host = { id: `host-${canary}`, name: `host-${canary}` };
      batch.policies = batch.policies.map((policy) => ({ ...policy, name: `policy-${canary}` }));
      batch.processes = batch.processes.map((process) => ({ ...process, serviceName: `service-${canary}` }));
      for (const part of batch.usage) {
        part.service = `service-${canary}`;
        part.dimensions = { [`x-${canary}`]: canary };
        part.measures = { [`x-${canary}`]: 7 };
      }
    },
  });
};

const plantFleet = async ({ request, deps, ingestDeps, database }: TestControlPlane): Promise<void> => {
  const body = {
    apiVersion: "masthead.dev/v1",
    kind: "CapturePolicy",
    metadata: { name: CANARY.fleet },
    spec: { dimensions: [`x-${CANARY.fleet}`] },
  };
  const put = await request("PUT", `/v1/policies/${CANARY.fleet}`, { body });
  if (!put.ok) throw new Error(await put.text());
  const heartbeat = makeHeartbeat({
    agentId: agentIdSchema.parse(agentOf("other")),
    epoch: 1_000,
    host: { id: CANARY.fleet, name: CANARY.fleet },
  });
  await ingestDeps.withDatabase((ingest) =>
    ingest.transaction(NO_TENANT, ({ sql }) => recordHeartbeat(sql, heartbeat, deps.now())),
  );
  // A run that was killed: a gap that names its agent.
  await database.open("owner").sql`insert into epochs (agent_id, epoch, first_seen_at, last_seen_at)
    select agent_id, epoch - 1, first_seen_at - interval '2 minutes', last_seen_at - interval '1 minute'
    from epochs where agent_id = ${agentOf("other")}`;
};

export const startTwoTenants = async (): Promise<TwoTenants> => {
  const plane = await startControlPlane();
  plane.clock.nowUs = NOON_US;
  const ingest = plane.database.open("ingest");
  await commit(ingest, [batchOf("own"), batchOf("other")], NOON_US);
  await rollUpUsage(ingest, NOON_US + 40 * 86_400_000_000);
  await plantFleet(plane);
  const makeKey = async (body: object): Promise<KeyWithSecret> => {
    const response = await plane.request("POST", "/v1/keys", { body: { name: CANARY.fleet, ...body } });
    if (response.status !== 201) throw new Error(await response.text());
    return (await response.json()) as KeyWithSecret;
  };
  const own = { role: "tenant", tenant: TENANT.own };
  const made = {
    admin: await makeKey({ role: "admin" }),
    editor: await makeKey({ role: "editor" }),
    viewer: await makeKey({ role: "viewer" }),
    own: await makeKey({ ...own, name: CANARY.own }),
    other: await makeKey({ role: "tenant", tenant: TENANT.other, name: CANARY.other }),
    spare: await makeKey({ role: "viewer" }),
    ownUsageOnly: await makeKey({ ...own, scopes: ["usage:read"] }),
  };
  const pooled = openDatabase(plane.database.appUrl, "test pool");
  const lender = createLender({ max: 1, open: () => pooled, close: (database) => database.close() });
  const deps: Deps = { ...plane.deps, withDatabase: (work) => lender.lend(work) };
  const app = createApp(deps, { requestsPerSecond: 100_000 });
  return {
    plane,
    pooled,
    spareKeyId: made.spare.id,
    keys: {
      admin: made.admin.key,
      editor: made.editor.key,
      viewer: made.viewer.key,
      own: made.own.key,
      other: made.other.key,
      ownUsageOnly: made.ownUsageOnly.key,
    },
    fetch: async (key, method, path, body) =>
      app.request(path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async stop() {
      await lender.close();
      await plane.stop();
    },
  };
};
